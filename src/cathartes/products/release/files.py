"""All files of one release: the same content gives the same bytes."""

from cathartes.casework.release_content import ReleaseContent
from cathartes.products.release.features import release_geojson
from cathartes.products.release.file_list import (
    CONTENT,
    FILE_KINDS,
    GEOJSON,
    GEOPACKAGE,
    GROUND,
    KML,
    NOTIFICATION,
    PROVENANCE,
    REPORT,
    STAC_ITEM,
    SUMMARY,
)
from cathartes.products.release.ground_png import ground_png
from cathartes.products.release.kml import release_kml
from cathartes.products.release.notification import release_notification
from cathartes.products.release.package_layer import release_geopackage
from cathartes.products.release.provenance import release_provenance
from cathartes.products.release.report import release_report
from cathartes.products.release.stac_item import stac_item
from cathartes.products.release.summary_text import release_summary
from cathartes.products.release.words import words_of
from cathartes.sealing.manifest import PackageFile


def release_files(content: ReleaseContent) -> dict[str, bytes]:
    """Return the files that a partner gets, by name, sorted; not yet signed and sealed.

    A recall has no map: report, notice, summary, content and provenance alone.

    Raises
    ------
    OutputError
        If a file can't be written.
    """
    words, finding = words_of(content), content.finding
    files = {
        CONTENT.name: content.canonical_json,
        REPORT.name: release_report(content, words),
        NOTIFICATION.name: release_notification(content, words),
    }
    if finding is not None:
        files[GEOJSON.name] = release_geojson(content)
        files[GEOPACKAGE.name] = release_geopackage(content)
        files[KML.name] = release_kml(content, words)
        if finding.image is not None:
            files[GROUND.name] = ground_png(finding.image)
        files[STAC_ITEM.name] = stac_item(content, files, words)
    files[SUMMARY.name] = summary_of(content)
    files[PROVENANCE.name] = release_provenance(content, dict(sorted(files.items())), words)
    return dict(sorted(files.items()))


def summary_of(content: ReleaseContent) -> bytes:
    """Return the plain text of a release alone, which names the files that are beside it."""
    finding = content.finding
    names = {kind.name for kind in FILE_KINDS}
    if finding is None:
        names -= {kind.name for kind in (GEOJSON, GEOPACKAGE, KML, GROUND, STAC_ITEM)}
    elif finding.image is None:
        names.discard(GROUND.name)
    return release_summary(content, names, words_of(content))


def package_files(content: ReleaseContent) -> tuple[PackageFile, ...]:
    """Return the files as a package takes them: described in the partner's language."""
    words, files = words_of(content), release_files(content)
    return tuple(
        PackageFile(kind.name, kind.media_type, words.say(kind.words), files[kind.name])
        for kind in FILE_KINDS
        if kind.name in files
    )
