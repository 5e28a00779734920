"""The finding as a GeoPackage that knows no clock: its only moment is that of the release."""

import io
from threading import Lock

import pyogrio

from cathartes.casework.release_content import ReleaseContent
from cathartes.products.geopackage import PackageLayer, write_package_layer
from cathartes.products.release.features import COLUMNS, LAYER, release_features

_CLOCK = "OGR_CURRENT_DATE"
_one_at_a_time = Lock()
"""GDAL's clock is set for the whole process."""


def release_geopackage(content: ReleaseContent) -> bytes:
    """Return the features as a GeoPackage of one layer; lists are JSON text.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    features = release_features(content)
    layer = PackageLayer(
        name=LAYER,
        geometry_type="MultiPolygon",
        columns=COLUMNS,
        rows=[one.row for one in features],
        geometries=[one.area for one in features],
    )
    whole = io.BytesIO()
    with _one_at_a_time:
        before = pyogrio.get_gdal_config_option(_CLOCK)
        moment = f"{content.issued_utc:%Y-%m-%dT%H:%M:%S.000Z}"
        pyogrio.set_gdal_config_options({_CLOCK: moment})
        try:
            write_package_layer(whole, layer)
        finally:
            pyogrio.set_gdal_config_options({_CLOCK: before})
    return whole.getvalue()
