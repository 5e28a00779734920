"""The same data for machines, under ``/api/v1``."""
