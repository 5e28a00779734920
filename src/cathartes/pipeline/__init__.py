"""Room of pipeline."""
