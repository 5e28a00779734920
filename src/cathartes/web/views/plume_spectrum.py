"""The spectrum of one plume and its profile, out of the evidence."""

from dataclasses import dataclass

from cathartes.errors import EvidenceError
from cathartes.products.plume_spectra import PlumeRecord, PlumeSpectra, read_plume_spectra
from cathartes.sites.detection import Detection, DetectionKind
from cathartes.sites.observation import Observation
from cathartes.web.desk import Desk
from cathartes.web.texts import said

ROLE = "plume_spectra"
"""Of the piece of evidence that holds it."""

UNREADABLE = said("Its piece of evidence can't be read; cathartes casebook check says why.")
_NO_EVIDENCE = said(
    "No spectra were kept of this observation: it was analysed by an older version. Analyse its "
    "sortie again to have them."
)
_NOT_IN_IT = said("The evidence of this observation has no spectrum of this plume.")


@dataclass(frozen=True, slots=True)
class SpectrumView:
    """What a plume shows in the spectrum, against what was fitted to it.

    Attributes
    ----------
    unit, amount_unit
        Of spectra ("1" of reflectances), and of fitted amounts.
    wavelength_um : (band,) [um]
    background_sd : (band,) [unit]
    plume
        Its spectra, by band, with fits and profile.
    """

    unit: str
    amount_unit: str
    wavelength_um: tuple[float, ...]
    background_sd: tuple[float, ...]
    plume: PlumeRecord


def spectrum_view(
    desk: Desk, look: Observation, detection: Detection
) -> tuple[SpectrumView | None, str]:
    """Return a plume's spectrum; or None, and a sentence that says why there is none."""
    if detection.kind is DetectionKind.LOG_SOURCE:
        return None, ""
    asset = next((one for one in look.assets if one.role == ROLE), None)
    if asset is None:
        return None, _NO_EVIDENCE
    try:
        spectra = read_plume_spectra(desk.evidence.read(asset.sha256))
    except EvidenceError:
        return None, UNREADABLE
    found = spectra.of_number(detection.number)
    if found is None:
        return None, _NOT_IN_IT
    return _of(spectra, found), ""


def _of(spectra: PlumeSpectra, plume: PlumeRecord) -> SpectrumView:
    return SpectrumView(
        spectra.unit, spectra.amount_unit, spectra.wavelength_um, spectra.background_sd, plume
    )
