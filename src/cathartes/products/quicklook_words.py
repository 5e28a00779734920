"""The words of a quicklook: the strongest plume's spectrum, the tables, and how text is set."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cathartes.detect.result import UNKNOWN, GasSearched, Plume

SMALL = 8.5
NORMAL = 9.5
LARGE = 15.0


def draw_spectrum(axes: Axes, plume: Plume, unit: str) -> None:
    """Draw a plume's signal with its standard deviation, the best fit, and the runner-up's."""
    spectrum = plume.spectrum
    order = np.argsort(spectrum.wavelength_um)
    wavelength_um = spectrum.wavelength_um[order]
    signal, spread = spectrum.signal[order], spectrum.signal_sd[order]
    gaps = _gaps(wavelength_um)
    x = np.insert(wavelength_um, gaps, np.nan)

    def broken(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.insert(values, gaps, np.nan)

    axes.fill_between(x, broken(signal - spread), broken(signal + spread), color="#9a9a9a",
                      alpha=0.45, linewidth=0, label="± 1 standard deviation")  # fmt: skip
    axes.plot(x, broken(signal), color="#222222", linewidth=1.1, marker=".", markersize=3,
              label="measured: plume less surroundings")  # fmt: skip
    name = "best fit" if plume.chemical == UNKNOWN else f"{spoken_mixture(plume)} (best fit)"
    if spectrum.best is not None:
        axes.plot(x, broken(spectrum.best.fit[order]), color="#D55E00", linewidth=1.8, label=name)
    if spectrum.runner_up is not None:
        other = " + ".join(spoken(chemical) for chemical in spectrum.runner_up.chemicals)
        axes.plot(x, broken(spectrum.runner_up.fit[order]), color="#0072B2", linewidth=1.3,
                  linestyle="--", label=f"{other} (runner-up)")  # fmt: skip
    axes.axhline(0, color="#777777", linewidth=0.6)
    axes.set_xlabel("wavelength [µm]", fontsize=NORMAL)
    axes.set_ylabel(f"signal [{unit}]" if unit != "1" else "signal (reflectance)",
                    fontsize=NORMAL)  # fmt: skip
    axes.ticklabel_format(axis="y", style="sci", scilimits=(-2, 3))
    axes.yaxis.get_offset_text().set_fontsize(SMALL)
    axes.tick_params(labelsize=SMALL)
    axes.margins(x=0.01)
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.32 * (high - low))
    axes.legend(fontsize=SMALL, loc="upper left", ncols=2, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)


def _gaps(wavelength_um: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return where bands were left out, so that no line is drawn across."""
    if wavelength_um.size < 3:
        return np.zeros(0, dtype=np.intp)
    step = np.diff(wavelength_um)
    return np.flatnonzero(step > 3 * np.median(step)) + 1


def _number(value: float) -> str:
    if not np.isfinite(value):
        return "–"
    if value != 0 and (abs(value) < 1e-3 or abs(value) >= 1e5):
        return f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def draw_plume_table(axes: Axes, plumes: Sequence[Plume], colours: Mapping[str, str]) -> None:
    """Write the strongest plumes as a table, as many as there is room for."""
    columns = (
        ("", 0.0, "left"), ("chemical", 0.05, "left"), ("probability", 0.47, "right"),
        ("column density\nmean ± sd [ppm m]", 0.74, "right"), ("score\nmax", 0.84, "right"),
        ("by\nchance", 1.0, "right"),
    )  # fmt: skip
    rows = [_table_row(plume) for plume in plumes]
    shown = _draw_rows(axes, columns, rows, [colours[plume.chemical] for plume in plumes])
    notes = [f"and {len(rows) - shown} more in plumes.csv"] if shown < len(rows) else []
    notes.append("↑ emission, ↓ absorption. By chance: plumes this strong expected from clutter.")
    first = plumes[0]
    doubts = [(name, p) for name, p in first.alternatives if name not in first.chemicals]
    if doubts:
        others = ", ".join(f"{spoken(name)} ({p:.2f})" for name, p in doubts[:3])
        verb = "hold" if first.probability + doubts[0][1] > 1 else "be"
        notes.append(shortened(f"Plume {first.id} might also {verb}: {others}.", 95))
    flagged = _flagged(plumes)
    if flagged:
        notes += textwrap.wrap(flagged, 95, max_lines=2, placeholder=" … more in plumes.csv")
    y = 1 - (_HEAD_IN + shown * _ROW_IN + 0.08) / _height_in(axes)
    axes.text(0, y, "\n".join(notes), fontsize=SMALL, color="#555555", linespacing=1.45,
              transform=axes.transAxes, va="top")  # fmt: skip


def _flagged(plumes: Sequence[Plume]) -> str:
    """Return which plumes bear which flags, in the order met; empty if none does."""
    ids: dict[str, list[str]] = {}
    for plume in plumes:
        for flag in plume.flags:
            ids.setdefault(flag, []).append(str(plume.id))
    told = "; ".join(
        f"{flag} ({'all' if len(of) == len(plumes) > 1 else ', '.join(of)})"
        for flag, of in ids.items()
    )
    return f"Flagged: {told}." if told else ""


def _table_row(plume: Plume) -> tuple[str, ...]:
    arrow = {1: " ↑", -1: " ↓"}.get(plume.thermal_contrast, "")
    return (
        str(plume.id),
        shortened(spoken_mixture(plume), 26) + arrow,
        f"{plume.probability:.2f}" if np.isfinite(plume.probability) else "–",
        _column(plume),
        _number(plume.snr_max),
        _number(plume.expected_by_chance),
    )


def _column(plume: Plume) -> str:
    mean, spread = plume.column_density_mean_ppm_m, plume.column_density_sd_ppm_m
    if np.isfinite(mean):
        return f"{_number(mean)} ± {_number(spread)}"
    low = plume.column_density_low_ppm_m
    return f"≥ {_number(low)}" if np.isfinite(low) else "not stated"


_ROW_IN, _HEAD_IN, _NOTES_IN = 0.2, 0.4, 0.85


def _height_in(axes: Axes) -> float:
    height = axes.get_position().height * axes.figure.get_figheight()  # type: ignore[union-attr]
    return float(height)


def shortened(text: str, most: int) -> str:
    """Return a text cut to so many characters, and a sign that it was."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _draw_rows(
    axes: Axes,
    columns: Sequence[tuple[str, float, str]],
    rows: Sequence[tuple[str, ...]],
    colours: Sequence[str],
) -> int:
    """Draw head and rows from the top down; return how many rows there was room for."""
    axes.set_axis_off()
    height_in = _height_in(axes)
    most = max(1, int((height_in - _HEAD_IN - _NOTES_IN) / _ROW_IN))
    for title, x, side in columns:
        axes.text(x, 1.0, title, fontsize=SMALL, fontweight="bold", ha=side, va="top",
                  transform=axes.transAxes)  # fmt: skip
    below_head = 1 - (_HEAD_IN - 0.05) / height_in
    axes.plot([0, 1], [below_head] * 2, color="#888888", linewidth=0.8, transform=axes.transAxes)
    for index, row in enumerate(rows[:most]):
        y = 1 - (_HEAD_IN + index * _ROW_IN) / height_in
        for column, text in enumerate(row):
            _, x, side = columns[column]
            box = None
            if column == 0 and colours:
                box = {"facecolor": colours[index], "edgecolor": "none", "pad": 1.6}
            axes.text(x + (0.01 if box else 0), y, text, fontsize=SMALL, ha=side, va="top",
                      transform=axes.transAxes, bbox=box)  # fmt: skip
    return min(most, len(rows))


def draw_sensitivity(axes: Axes, gases: Sequence[GasSearched]) -> None:
    """Write with which sensitivity each gas was searched, most sensitive first, in columns."""
    axes.set_axis_off()
    ordered = sorted(gases, key=lambda gas: (not np.isfinite(gas.necl_median_ppm_m),
                                             gas.necl_median_ppm_m))  # fmt: skip
    height_in = _height_in(axes)
    width_in = axes.get_position().width * axes.figure.get_figwidth()  # type: ignore[union-attr]
    n_columns = max(1, int(width_in / 2.7))
    title = wrapped(
        "Searched, and the sensitivity reached: median noise-equivalent column density (NECL) and "
        "score threshold", int(13 * width_in),
    )  # fmt: skip
    axes.text(0, 1, title, fontsize=NORMAL, fontweight="bold", va="top",
              transform=axes.transAxes)  # fmt: skip
    head_in = 0.12 + 0.18 * (title.count("\n") + 1)
    n_rows = max(1, int((height_in - head_in - 0.45) / _ROW_IN))
    for column in range(n_columns):
        part = ordered[column * n_rows : (column + 1) * n_rows]
        left = column / n_columns
        if part:
            _sensitivity_row(axes, left, 1 - head_in / height_in,
                             ("gas", "NECL [ppm m]", "threshold"), bold=True)  # fmt: skip
        for index, gas in enumerate(part):
            words = (
                shortened(spoken(gas.name), 22),
                _number(gas.necl_median_ppm_m) if np.isfinite(gas.necl_median_ppm_m) else "blind",
                f"{gas.score_threshold:.2f}",
            )
            _sensitivity_row(axes, left, 1 - (head_in + 0.24 + index * _ROW_IN) / height_in, words)
    hidden = len(ordered) - n_columns * n_rows
    if hidden > 0:
        axes.text(1, 0, f"and {hidden} more in summary.json", fontsize=SMALL, ha="right",
                  transform=axes.transAxes)  # fmt: skip


def _sensitivity_row(
    axes: Axes, left: float, y: float, words: tuple[str, str, str], *, bold: bool = False
) -> None:
    width_in = axes.get_position().width * axes.figure.get_figwidth()  # type: ignore[union-attr]
    for text, x_in, side in zip(words, (0.0, 1.85, 2.6), ("left", "right", "right"), strict=True):
        axes.text(left + x_in / width_in, y, text, fontsize=SMALL, ha=side, va="top",
                  fontweight="bold" if bold else "normal", transform=axes.transAxes)  # fmt: skip


def spoken(chemical: str) -> str:
    """Return a gas's name as people write it: the library's ``acetic_acid`` with a blank."""
    return chemical.replace("_", " ")


def spoken_mixture(plume: Plume) -> str:
    """Return the names of all that is probably in a plume: ``methanol + acetone``."""
    return " + ".join(spoken(name) for name in plume.chemicals)


def wrapped(text: str, width: int) -> str:
    """Return a text broken into lines of at most so many characters."""
    return "\n".join(textwrap.wrap(text, width)) or ""
