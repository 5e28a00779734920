"""Quantiles of a normal law by which intervals are given."""

ONE_IN_TWENTY_SD = 1.645
"""A value lies so many standard deviations above the mean one time in twenty, and below."""
