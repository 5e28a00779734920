"""`plume_spectra.json` comes back as it was, and is refused where it was spoilt."""

import json
from importlib.resources import files

import jsonschema
import numpy as np
import pytest
from pydantic import ValidationError

from cathartes.errors import EvidenceError
from cathartes.locate.axis_profile import AxisProfile
from cathartes.products.evidence_json import evidence_text, json_schema, series
from cathartes.products.plume_spectra import (
    PlumeSpectra,
    plume_record,
    profile_record,
    read_plume_spectra,
)
from made_up_spectra import made_up_spectrum

WAVELENGTH_UM = np.linspace(7.5, 12.0, 40)
SIGNAL = 0.3 * np.sin(WAVELENGTH_UM)


def made_up() -> PlumeSpectra:
    spectrum = made_up_spectrum(WAVELENGTH_UM, SIGNAL, "ammonia", "SF6")
    profile = AxisProfile(
        bearing_deg=123.456789,
        step_m=4.0,
        distance_m=np.array([2.0, 6.0, 10.0]),
        mean=np.array([5.0, np.nan, 1.0 / 3.0]),
        across_sd=np.array([1.0, np.nan, 0.0]),
        mean_sd=np.full(3, np.nan),
        width_m=np.array([4.0, 0.0, 8.0]),
    )
    place = profile_record("wind", "amount_ppm_m_k", 8.5, 49.0, profile)
    return PlumeSpectra(
        unit="W m-2 sr-1 um-1",
        amount_unit="ppm m K",
        band=tuple(range(40)),
        wavelength_um=series(WAVELENGTH_UM),
        background_sd=series(spectrum.background_sd),
        plumes=(
            plume_record(1, "ammonia", 12, spectrum, place),
            plume_record(3, "unknown", 5, spectrum, None),
        ),
    )


def test_what_is_written_comes_back_and_holds_to_the_schema() -> None:
    spectra = made_up()
    text = evidence_text(spectra)
    assert read_plume_spectra(text.encode()) == spectra
    assert text == evidence_text(made_up())
    jsonschema.validate(json.loads(text), json.loads(json_schema(PlumeSpectra)))
    profile = json.loads(text)["plumes"][0]["profile"]
    assert profile["mean"] == [5.0, None, 0.333333]
    assert profile["mean_sd"] is None


def test_a_plume_is_found_by_its_number_and_seen_in_standard_deviations() -> None:
    spectra = made_up()
    plume = spectra.of_number(3)
    assert plume is not None
    assert plume.chemical == "unknown"
    assert spectra.of_number(2) is None
    np.testing.assert_allclose(spectra.in_background_sd(plume.measured), 11 * SIGNAL, rtol=1e-5)


def test_the_shipped_schema_is_the_models() -> None:
    shipped = files("cathartes.products") / "data" / "plume-spectra-1.schema.json"
    assert shipped.read_text(encoding="utf-8") == json_schema(PlumeSpectra), (
        "the models changed: write its json_schema to data/plume-spectra-1.schema.json"
    )


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("band",), [1, 2]),
        (("plumes", 0, "measured"), [0.1] * 39),
        (("plumes", 0, "fits", 1, "residual"), []),
        (("plumes", 0, "profile", "width_m"), [1.0]),
        (("plumes", 0, "fits", 0, "probability"), 1.5),
        (("schema",), "cathartes-plume-spectra/2"),
    ],
)
def test_what_was_spoilt_is_refused_with_its_place(
    where: tuple[str | int, ...], value: object
) -> None:
    told = json.loads(evidence_text(made_up()))
    inner = told
    for step in where[:-1]:
        inner = inner[step]
    inner[where[-1]] = value
    with pytest.raises(EvidenceError, match=r"plume spectra can't be read.*casebook check"):
        read_plume_spectra(json.dumps(told).encode())


def test_a_number_that_is_none_is_no_spectrum() -> None:
    told = made_up().model_dump() | {"background_sd": (float("nan"),) * 40}
    with pytest.raises(ValidationError):
        PlumeSpectra(**told)
