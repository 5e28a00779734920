"""From a plume's record in the evidence to the spectrum that may be told."""

from cathartes.casework.release_material import PlumeSpectrum
from cathartes.products.plume_spectra import PlumeSpectra


def released_spectrum(spectra: PlumeSpectra, number: int) -> PlumeSpectrum | None:
    """Return the spectrum of a detection with the fit of its name; None if it is not there.

    In standard deviations of the background, so that neither a sensor's unit nor its noise is told.

    Parameters
    ----------
    spectra
        Evidence of role ``plume_spectra``.
    number
        The detection's, in its observation.
    """
    plume = spectra.of_number(number)
    if plume is None or not plume.fits or not spectra.wavelength_um:
        return None
    return PlumeSpectrum(
        wavelength_um=spectra.wavelength_um,
        measured=tuple(spectra.in_background_sd(plume.signal).tolist()),
        fitted=tuple(spectra.in_background_sd(plume.fits[0].fit).tolist()),
    )
