"""Room of products."""
