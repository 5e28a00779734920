"""Room of scenes/readers."""
