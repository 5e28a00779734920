"""``cathartes library``: the gases that can be found."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cathartes.cli import library_tables as tables
from cathartes.cli.console import JsonFlag, message_console, output_console
from cathartes.cli.json_output import write_json
from cathartes.pipeline.library import (
    library_compare,
    library_fetch,
    library_import,
    library_list,
    library_plot,
    library_show,
)

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


@app.command("list")
def list_gases(instrument: Instrument = None, json_output: JsonFlag = False) -> None:
    """List the gases; with an instrument, say which of them it can see and why not the others.

    Example: `cathartes library list --instrument hytes-like`
    """
    listed = library_list(instrument)
    gases = [entry.gas for entry in listed]
    seen = [entry.visibility for entry in listed if entry.visibility is not None]
    if json_output:
        entries = [tables.describe(gas) for gas in gases]
        for described, visibility in zip(entries, seen, strict=False):
            described["visibility"] = visibility
        write_json({"instrument": instrument, "gases": entries})
    elif instrument is None:
        output_console().print(tables.gas_table(gases))
    else:
        output_console().print(tables.visibility_table(gases, seen))


@app.command()
def show(
    gas: Annotated[str, typer.Argument(help="Name, formula, CAS number or alias.")],
    json_output: JsonFlag = False,
) -> None:
    """Show what is known of a gas: its bands, their source, and how true the band model is.

    Example: `cathartes library show ammonia`
    """
    shown = library_show(gas)
    entry, table = shown.gas, shown.table
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
    chosen = library_plot(gases, out, instrument=instrument, range_cm1=range_cm1)
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
    compared = library_compare(instrument, gases or ())
    if json_output:
        write_json(
            {
                "instrument": instrument,
                "gases": compared.names,
                "correlation": compared.correlation,
                "pairs": [{"gases": [a, b], "correlation": r} for a, b, r in compared.pairs],
                "left_out": compared.left_out,
            }
        )
        return
    console = output_console()
    console.print(tables.pair_table(compared.pairs[:limit]))
    if compared.left_out:
        message_console().print(f"No spectrum in these bands: {', '.join(compared.left_out)}.")


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
    kept = library_import(
        file,
        gas=gas,
        format=format_name,
        temperature_k=temperature_k,
        pressure_pa=pressure_pa,
        replace=replace,
    )
    if json_output:
        write_json(
            {
                "gas": kept.name,
                "file": kept.path,
                "blocks_found": kept.n_blocks,
                "looks_like": kept.twins,
            }
        )
        return
    spectrum = kept.spectrum
    low, high = spectrum.wavenumber_cm1[0], spectrum.wavenumber_cm1[-1]
    output_console().print(
        f"{kept.name}: {low:.0f}-{high:.0f} cm-1, {spectrum.quality}, "
        f"{spectrum.temperature_k:g} K, kept in {kept.path}",
        markup=False,
    )
    if kept.twins:
        message_console().print(
            f"It looks like {', '.join(kept.twins)}, and a scan will take them for each other: if "
            f"it is the same gas, delete that file and import it with --gas {kept.twins[0]}."
        )
    if kept.other_conditions:
        message_console().print(
            f"Also in the file: {', '.join(kept.other_conditions)}; --temperature-k and "
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
    path = library_fetch(publisher, gas, range_cm1=range_cm1, index=index, folder=folder)
    if json_output:
        write_json({"publisher": publisher.lower(), "gas": gas, "file": path})
        return
    output_console().print(
        f"{path}\nTo use it: cathartes library import {path} --gas NAME", markup=False
    )
