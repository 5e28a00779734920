"""The rooms put together: whole jobs, from files to products."""
