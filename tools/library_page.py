"""Write the table of gases and their fidelity into docs/explanation/built-in-library.md.

python tools/library_page.py
"""

import sys
from pathlib import Path

from cathartes.spectra.builtin import builtin_library, builtin_tables

PAGE = Path(__file__).resolve().parents[1] / "docs" / "explanation" / "built-in-library.md"
BEGIN = "<!-- table: made by tools/library_page.py"
END = "<!-- end of table -->"
WINDOW_CM1 = (740.0, 1340.0)


def table_lines() -> list[str]:
    """Return the table, a row a gas with a spectrum."""
    lines = [
        "| gas | formula | bands | r, 1 cm⁻¹ | r, 4 cm⁻¹ | err. 1 | err. 4 | integral | source |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, table in builtin_tables().items():
        fine, coarse = (f for f in table.fidelity if (f.low_cm1, f.high_cm1) == WINDOW_CM1)
        low, high = fine.band_integral_ratio
        origin = (
            table.model.source.split("fitted to: ")[1].split(";")[0].split(",")[0].split(" (")[0]
        )
        lines.append(
            f"| {name} | {builtin_library()[name].formula} | {len(table.model)} "
            f"| {fine.correlation:.4f} | {coarse.correlation:.4f} "
            f"| {fine.largest_error:.1%} | {coarse.largest_error:.1%} "
            f"| {low:.3f}-{high:.3f} | {origin.removesuffix(' absorption cross-sections')} |"
        )
    return lines


def main() -> int:
    """Rewrite the page between its two marks."""
    text = PAGE.read_text(encoding="utf-8").splitlines()
    begin = next(i for i, line in enumerate(text) if line.startswith(BEGIN))
    end = text.index(END)
    page = [*text[: begin + 1], "", *table_lines(), "", *text[end:]]
    PAGE.write_text("\n".join(page) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
