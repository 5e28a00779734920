"""``cathartes library``: the gases that can be found."""

import math
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from cathartes.cli import library_tables as tables
from cathartes.cli.console import JsonFlag, message_console, output_console
from cathartes.cli.json_output import write_json
from cathartes.errors import InputError, SettingsError
from cathartes.pipeline.gas_library import working_library
from cathartes.products.library_plot import plot_library
from cathartes.scenes.instrument import load_instrument
from cathartes.spectra import fetch as fetching
from cathartes.spectra.builtin import builtin_tables
from cathartes.spectra.imported import choose_spectrum, import_spectrum, library_folder
from cathartes.spectra.library import Gas, GasLibrary
from cathartes.spectra.lookalikes import find_twins, lookalike_matrix, worst_pairs
from cathartes.spectra.readers import read_spectra
from cathartes.spectra.visibility import search_visible

app = typer.Typer(
    help="The gases that can be found: list, show, plot, import.",
    rich_markup_mode="rich",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)

Instrument = Annotated[
    str | None,
    typer.Option(
        "--instrument", "-i", help="Built-in instrument, or the path of an instrument's TOML file."
    ),
]
Names = Annotated[
    list[str], typer.Argument(metavar="GAS...", help="Name, formula, CAS number or alias.")
]

_DEFAULT_PLOT = Path("library.png")
_FETCHED = "fetched"


@app.command("list")
def list_gases(instrument: Instrument = None, json_output: JsonFlag = False) -> None:
    """List the gases; with an instrument, say which of them it can see and why not the others.

    Example: `cathartes library list --instrument hytes-like`
    """
    library = working_library()
    seen = (
        None if instrument is None else search_visible(library, load_instrument(instrument).bands)
    )
    if json_output:
        entries = [tables.describe(gas) for gas in library]
        for entry, visibility in zip(entries, seen or (), strict=False):
            entry["visibility"] = visibility
        write_json({"instrument": instrument, "gases": entries})
    elif seen is None:
        output_console().print(tables.gas_table(library))
    else:
        output_console().print(tables.visibility_table(library, seen))


@app.command()
def show(
    gas: Annotated[str, typer.Argument(help="Name, formula, CAS number or alias.")],
    json_output: JsonFlag = False,
) -> None:
    """Show what is known of a gas: its bands, their source, and how true the band model is.

    Example: `cathartes library show ammonia`
    """
    entry = working_library()[gas]
    shipped = builtin_tables().get(entry.name)
    # A user's own spectrum replaces the band model; its fidelity then means nothing here.
    table = shipped if shipped is not None and shipped.model is entry.spectrum else None
    if json_output:
        described: dict[str, Any] = tables.describe(entry)
        described["strongest_bands"] = tables.strongest_bands(entry)
        described["measurement"] = None if table is None else table.measurement
        described["fidelity"] = [] if table is None else table.fidelity
        write_json(described)
        return
    console = output_console()
    for part in tables.gas_page(entry, table):
        console.print(part)


@app.command()
def plot(
    gases: Names,
    out: Annotated[Path, typer.Option("--out", "-o", help="The PNG to write.")] = _DEFAULT_PLOT,
    instrument: Instrument = None,
    range_cm1: Annotated[
        tuple[float, float] | None,
        typer.Option("--range", help="Wavenumbers to draw, low and high, in cm-1."),
    ] = None,
    json_output: JsonFlag = False,
) -> None:
    """Draw the absorption of gases, and what an instrument's bands show of it.

    Example: `cathartes library plot ammonia ethanol --instrument hytes-like --out gases.png`
    """
    if range_cm1 is not None and not 0 < range_cm1[0] < range_cm1[1] < math.inf:
        raise SettingsError(
            f"--range {range_cm1[0]:g} {range_cm1[1]:g}: two rising positive wavenumbers are "
            "needed, like --range 700 1400."
        )
    library = working_library()
    chosen = [library[name] for name in gases]
    bands = None if instrument is None else load_instrument(instrument).bands
    plot_library(chosen, out, bands=bands, range_cm1=range_cm1)
    if json_output:
        write_json({"gases": [gas.name for gas in chosen], "picture": out})
    else:
        output_console().print(f"{out}: {', '.join(gas.name for gas in chosen)}", markup=False)


@app.command()
def compare(
    gases: Annotated[
        list[str] | None, typer.Argument(metavar="[GAS...]", help="Default: the whole library.")
    ] = None,
    instrument: Annotated[
        str,
        typer.Option(
            "--instrument", "-i", help="Built-in instrument, or the path of its TOML file."
        ),
    ] = ...,  # type: ignore[assignment]  # Typer's way to say that it is required
    limit: Annotated[int, typer.Option(min=1, help="Pairs to list.")] = 20,
    json_output: JsonFlag = False,
) -> None:
    """Say which gases look alike to an instrument, the worst pairs first.

    Example: `cathartes library compare ethanol 1-butanol methanol --instrument hytes-like`
    """
    library = working_library()
    chosen = library.select(gases) if gases else library
    if len(chosen) < 2:
        raise SettingsError(f"only {chosen.names[0]} was named; two or more are needed to compare.")
    names, correlation = lookalike_matrix(chosen, load_instrument(instrument).bands)
    left_out = [gas.name for gas in chosen if gas.name not in names]
    pairs = worst_pairs(names, correlation)
    if json_output:
        write_json(
            {
                "instrument": instrument,
                "gases": names,
                "correlation": correlation,
                "pairs": [{"gases": [a, b], "correlation": r} for a, b, r in pairs],
                "left_out": left_out,
            }
        )
        return
    console = output_console()
    console.print(tables.pair_table(pairs[:limit]))
    if left_out:
        message_console().print(f"No spectrum in these bands: {', '.join(left_out)}.")


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A spectrum in any known format.")],
    gas: Annotated[
        str | None, typer.Option(help="The gas's name in the library; needed if the file has none.")
    ] = None,
    format_name: Annotated[
        str | None, typer.Option("--format", help="jcamp, xsc, par, pnnl, csv or envi-library.")
    ] = None,
    temperature_k: Annotated[
        float | None,
        typer.Option(help="Of the sample, where the file does not say, or of the block to take."),
    ] = None,
    pressure_pa: Annotated[
        float | None,
        typer.Option(help="Of the sample, where the file does not say, or of the block to take."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite a gas imported before.")
    ] = False,
    json_output: JsonFlag = False,
) -> None:
    """Add a measured spectrum to your own gases; it then wins over a built-in one of its name.

    Example: `cathartes library import 60-29-7-IR.jdx --gas diethyl_ether`
    """
    spectra = read_spectra(
        file, gas=gas, format=format_name, temperature_k=temperature_k, pressure_pa=pressure_pa
    )
    spectrum = choose_spectrum(spectra)
    known = working_library(library_folder())  # the folder is made if it is not there
    entry = _found(spectrum.gas, known)
    if entry is not None and known.is_formula(spectrum.gas) and _may_have_isomers(entry.formula):
        raise InputError(
            f"the gas is named by its formula {spectrum.gas} alone, which isomers share; if it is "
            f"{entry.name}, say --gas {entry.name}, else give its own name."
        )
    path = import_spectrum(spectrum, library_folder(), entry=entry, replace=replace)
    name = spectrum.gas if entry is None else entry.name
    new = Gas(name, "", "", math.nan, spectrum=spectrum)
    twins = [twin for twin, _ in find_twins(new, known)]
    if json_output:
        write_json({"gas": name, "file": path, "blocks_found": len(spectra), "looks_like": twins})
        return
    low, high = spectrum.wavenumber_cm1[0], spectrum.wavenumber_cm1[-1]
    output_console().print(
        f"{name}: {low:.0f}-{high:.0f} cm-1, {spectrum.quality}, {spectrum.temperature_k:g} K, "
        f"kept in {path}",
        markup=False,
    )
    conditions = {f"{s.temperature_k:g} K {s.pressure_pa:.0f} Pa" for s in spectra}
    conditions.discard(f"{spectrum.temperature_k:g} K {spectrum.pressure_pa:.0f} Pa")
    if twins:
        message_console().print(
            f"It looks like {', '.join(twins)}, and a scan will take them for each other: if it is "
            f"the same gas, delete that file and import it with --gas {twins[0]}."
        )
    if conditions:
        message_console().print(
            f"Also in the file: {', '.join(sorted(conditions))}; --temperature-k and "
            "--pressure-pa choose."
        )


@app.command()
def fetch(
    publisher: Annotated[str, typer.Argument(help="hitran or nist.")],
    gas: Annotated[
        str, typer.Argument(help="nist: a gas of the library, or a CAS number; hitran: a formula.")
    ],
    range_cm1: Annotated[
        tuple[float, float], typer.Option("--range", help="hitran: wavenumbers, low and high.")
    ] = (700.0, 1400.0),
    index: Annotated[int, typer.Option(min=0, help="nist: which of several spectra.")] = 0,
    folder: Annotated[
        Path | None, typer.Option(help="Where the file is kept. [default: your gases' folder]")
    ] = None,
    json_output: JsonFlag = False,
) -> None:
    """Fetch a spectrum from its publisher; needs a connection. Nothing is imported by it.

    Example: `cathartes library fetch nist acetone`, then `cathartes library import FILE`
    """
    place = library_folder() / _FETCHED if folder is None else folder
    match publisher.lower():
        case "nist":
            path = fetching.fetch_nist(_cas_of(gas, working_library()), place, index=index)
        case "hitran":
            path = fetching.fetch_hitran(gas, range_cm1, place)
        case _:
            raise SettingsError(f"publisher {publisher!r}: hitran or nist is needed.")
    if json_output:
        write_json({"publisher": publisher.lower(), "gas": gas, "file": path})
        return
    output_console().print(
        f"{path}\nTo use it: cathartes library import {path} --gas NAME", markup=False
    )


def _cas_of(text: str, library: GasLibrary) -> str:
    """Return the CAS number of a gas of the library, or the text itself."""
    entry = _found(text, library)
    return text if entry is None or not entry.cas else entry.cas


def _may_have_isomers(formula: str) -> bool:
    """Return True if a formula has two carbon atoms or more."""
    carbon = re.search(r"C(?![a-z])(\d*)", formula)
    return carbon is not None and int(carbon.group(1) or 1) > 1


def _found(name: str, library: GasLibrary) -> Gas | None:
    return library[name] if name in library else None  # noqa: SIM401  # it has no get
