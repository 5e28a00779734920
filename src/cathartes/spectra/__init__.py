"""Absorption spectra: values, readers, the library of gases, instrument response."""
