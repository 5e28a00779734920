"""Cathartes finds, from the air, the places on the ground that give off telling vapours."""

__version__ = "0.1.0"
