"""How releases are printed: their facts, and exactly what the partner will see."""

import json
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from cathartes.casework.release import Release, ReleaseState
from cathartes.casework.release_material import Notice
from cathartes.casework.tlp import marking
from cathartes.cli.console import add_plain_row, output_console
from cathartes.pipeline.releases import LEAST_SEEN, ReleasePreview
from cathartes.products.summary import utc_text

_NEXT = {
    ReleaseState.DRAFT: "Look at it (`cathartes release show`), then submit it.",
    ReleaseState.SUBMITTED: "Another person, a release authority, looks at it and approves it.",
    ReleaseState.APPROVED: "Nobody is told yet: a release authority sends it.",
    ReleaseState.REFUSED: "Write it anew (`cathartes release redraft`) or drop it.",
}
"""What is to be done, by state."""
_KIND = {Notice.ALERT: "first notice", Notice.UPDATE: "update", Notice.CANCEL: "recall"}


def told_of_release(release: Release) -> dict[str, object]:
    """Return a release as JSON has it."""
    return {
        "id": release.id,
        "state": release.state,
        "site": release.site_id,
        "partner": release.partner_id,
        "notice": release.notice,
        "tlp": release.tlp.value,
        "is_exercise": release.is_exercise,
        "content_sha256": release.content_sha256,
        "drafted": release.drafted_utc,
        "authors": release.authors,
        "earlier": release.earlier_ids,
        "mandates": release.basis.mandate_ids,
        "decided_by": release.decided_by,
        "decided": release.decided_utc,
        "why": release.why,
        "sent_by": release.sent_by,
        "sent": release.sent_utc,
        "package_sha256": release.package_sha256,
        "due": release.due_utc,
    }


def told_of_preview(preview: ReleasePreview) -> dict[str, object]:
    """Return a preview as JSON has it; its content is that of the package's ``content.json``."""
    return {
        "release": told_of_release(preview.release),
        "content": json.loads(preview.content.canonical_json),
        "withheld": preview.withheld,
    }


def print_release(release: Release) -> None:
    """Print a release's facts, and what is to be done next."""
    label = marking(release.tlp, is_exercise=release.is_exercise)
    rows = {
        "release": release.id,
        "state": release.state.value,
        "kind": _KIND[release.notice],
        "for": release.partner_id,
        "of": f"site {release.site_id}",
        "label": label,
        "written": f"{utc_text(release.drafted_utc)} by {', '.join(release.authors)}",
        "in place of": ", ".join(release.earlier_ids),
    }
    if release.decided_utc is not None:
        why = f": {release.why}" if release.why else ""
        rows["decided"] = f"{utc_text(release.decided_utc)} by {release.decided_by}{why}"
    if release.sent_utc is not None:
        rows["sent"] = f"{utc_text(release.sent_utc)} by {release.sent_by}"
    if release.due_utc is not None:
        rows["answer due"] = utc_text(release.due_utc)
    table = Table(show_header=False, box=None, pad_edge=False)
    for word, value in rows.items():
        if value:
            add_plain_row(table, word, value)
    console = output_console()
    console.print(table)
    if release.state in _NEXT:
        console.print(_NEXT[release.state], soft_wrap=True)


def print_releases(releases: Sequence[Release]) -> None:
    """Print releases, two lines each: an id is typed again, and so never cut."""
    if not releases:
        output_console().print("No such release is in this casebook.")
        return
    console = output_console()
    for one in releases:
        label = marking(one.tlp, is_exercise=one.is_exercise)
        told = f"{_KIND[one.notice]} to {one.partner_id}, {label}"
        console.print(
            Text.assemble((one.id, "bold"), f"  {one.state.value}: {told}"), soft_wrap=True
        )
        written = f"site {one.site_id}, written {utc_text(one.drafted_utc)}"
        console.print(Text(f"    {written} by {', '.join(one.authors)}", "dim"), soft_wrap=True)


def print_preview(preview: ReleasePreview) -> None:
    """Print a release, what the partner will read, and what it will not be told."""
    console = output_console()
    print_release(preview.release)
    console.print()
    console.print(Text("What the partner will read", style="bold"))
    console.print(Text(f"\n{preview.summary.strip()}\n"), soft_wrap=True)
    if preview.withheld:
        console.print(Text("What it is not told", style="bold"))
        console.print(Text(f"\n{', '.join(preview.withheld)}\n"))
    seen = f"--seen {seen_number(preview.release)}"
    console.print(Text.assemble("To submit or approve just this: ", (seen, "bold")))


def seen_number(release: Release) -> str:
    """Return by what one says that one has looked at a release's content."""
    return release.content_sha256[: LEAST_SEEN + 4]
