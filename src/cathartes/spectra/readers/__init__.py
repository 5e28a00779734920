"""Room of spectra/readers."""
