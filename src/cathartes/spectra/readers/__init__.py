"""Readers of absorption spectra, one module a format: files in, `AbsorptionSpectrum` out."""

from cathartes.spectra.readers.interface import SpectrumReader
from cathartes.spectra.readers.registry import READERS, read_spectra

__all__ = ["READERS", "SpectrumReader", "read_spectra"]
