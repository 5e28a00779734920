"""Laws of the spectrum readers: broken bytes raise our errors only, and what is kept comes back."""

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cathartes.errors import CathartesError
from cathartes.spectra.absorption import AbsorptionSpectrum, Quality
from cathartes.spectra.imported import import_spectrum, read_imported
from cathartes.spectra.readers import READERS, plain_csv, read_spectra
from cathartes.spectra.readers.jcamp_forms import read_ordinates
from effort import effort

SAMPLES = Path(__file__).parents[1] / "contract" / "spectrum_samples"
FORMATS = {
    "quantir.jdx": "jcamp",
    "transmittance.jdx": "jcamp",
    "differences.jdx": "jcamp",
    "new_layout.xsc": "xsc",
    "old_layout.xsc": "xsc",
    "pnnl.txt": "pnnl",
    "plain.csv": "csv",
    "library.hdr": "envi-library",
    "library.sli": "envi-library",
    "lines.par": "par",
}
# Bytes that mean something to one of the formats are tried more often than others.
BYTES = st.one_of(st.sampled_from(b"0123456789eE+-.,= \n#${}@%AJSaj?nN\t"), st.integers(0, 255))
CHANGES = st.lists(st.tuples(st.integers(0, 5000), BYTES), min_size=1, max_size=8)


@pytest.mark.parametrize("name", FORMATS)
@given(changes=CHANGES, kept=st.one_of(st.just(1.0), st.floats(0.0, 1.0)))
@settings(max_examples=int(os.environ.get("FUZZ_EXAMPLES", effort(60, 150))))
def test_mutated_bytes_raise_only_errors_of_our_tree(name, changes, kept):
    content = bytearray((SAMPLES / name).read_bytes())
    for position, byte in changes:
        content[position % len(content)] = byte
    reader = next(r for r in READERS if FORMATS[name] == r.NAME)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content[: int(len(content) * kept)])
        if name.startswith("library"):
            other = "library.sli" if name == "library.hdr" else "library.hdr"
            shutil.copy(SAMPLES / other, folder)
        for read in (reader.read, read_spectra):
            try:
                spectra = read(path, gas="testane")
            except CathartesError as error:
                assert len(str(error)) > 20  # noqa: PT017 -- every message says something
            else:
                assert all(np.isfinite(s.cross_section_cm2).all() for s in spectra)


FINITE = st.floats(-1e-15, 1e-15, allow_subnormal=False)


@given(
    start_cm1=st.floats(100.0, 1000.0),
    steps=st.lists(st.floats(1e-3, 10.0), min_size=1, max_size=20),
    data=st.data(),
    temperature_k=st.floats(150.0, 400.0),
    pressure_pa=st.floats(1.0, 2e5),
    quality=st.sampled_from(Quality),
    source=st.text(max_size=30).map(lambda text: " ".join(text.split())).filter(bool),
)
def test_what_is_imported_comes_back_exactly(
    start_cm1, steps, data, temperature_k, pressure_pa, quality, source
):
    nu = start_cm1 + np.cumsum([0.0, *steps])
    sigma = data.draw(st.lists(FINITE, min_size=nu.size, max_size=nu.size))
    sigma[0] = 1e-15  # it absorbs more than it is below nought anywhere
    spectrum = AbsorptionSpectrum(
        "testane", nu, np.array(sigma), temperature_k, pressure_pa, 0.5, quality, source, "none"
    )
    with tempfile.TemporaryDirectory() as folder:
        import_spectrum(spectrum, Path(folder))
        (gas,) = read_imported(Path(folder))
    back = gas.spectrum
    assert np.array_equal(back.wavenumber_cm1, nu)
    assert np.array_equal(back.cross_section_cm2, spectrum.cross_section_cm2)
    for name in ("gas", "temperature_k", "pressure_pa", "resolution_cm1", "quality", "source"):
        assert getattr(back, name) == getattr(spectrum, name)


def squeezed(value, positive, negative):
    digits = str(abs(value))
    letters = negative if value < 0 else positive
    return letters[int(digits[0])] + digits[1:]


@given(
    values=st.lists(st.integers(-99999, 99999), min_size=2, max_size=60),
    width=st.integers(1, 9),
    form=st.sampled_from(["blanks", "packed", "squeezed", "differences"]),
)
def test_every_data_form_decodes_to_the_same_values(values, width, form):
    """An encoder written from the standard, independent of the decoder, is undone by it."""
    assume(form != "differences" or width > 1)  # a row of one has no difference to be checked
    lines = []
    for start in range(0, len(values), width):
        row = values[start : start + width]
        first = start
        if form == "blanks":
            text = " ".join(["", *map(str, row)])
        elif form == "packed":
            text = "".join(f"{v:+d}" for v in row)
        elif form == "squeezed":
            text = "".join(squeezed(v, "@ABCDEFGHI", "@abcdefghi") for v in row)
        else:
            # From the second row on, a row repeats the last value of the row before it.
            first = max(start - 1, 0)
            text = squeezed(values[first], "@ABCDEFGHI", "@abcdefghi") + "".join(
                squeezed(values[i] - values[i - 1], "%JKLMNOPQR", "%jklmnopqr")
                for i in range(first + 1, start + len(row))
            )
        lines.append(f"{500 + first}{text}")
    axis = 500.0 + np.arange(len(values))
    assert np.array_equal(read_ordinates(lines, axis, 1.0), np.array(values, dtype=float))


@given(count=st.integers(1, 40), value=st.integers(10, 199), step=st.integers(-9, 9))
def test_a_repeat_is_as_good_as_writing_it_out(count, value, step):
    """Of a value, it repeats the value; of a difference, the difference."""
    digits = str(count)
    repeat = "STUVWXYZs"[int(digits[0]) - 1] + digits[1:]
    axis = 500.0 + np.arange(count + 1)
    first = squeezed(value, "@ABCDEFGHI", "@abcdefghi")
    difference = squeezed(step, "%JKLMNOPQR", "%jklmnopqr")
    values = read_ordinates([f"500@{first}{repeat}"], axis, 1.0)
    assert values.tolist() == [0.0] + [float(value)] * count
    ramp = read_ordinates([f"500{first}{difference}{repeat}"], axis, 1.0)
    assert ramp.tolist() == [float(value + i * step) for i in range(count + 1)]


@given(st.text(max_size=200))
def test_the_csv_reader_refuses_or_reads_any_text(text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "any.csv")
        path.write_text(text, encoding="utf-8")
        try:
            plain_csv.read(path)
        except CathartesError:
            return
        assert "wave" in text
