"""Room of simulate."""
