"""What a scan keeps of where it could have seen a gas."""

from types import SimpleNamespace

import numpy as np

from cathartes.pipeline.look_tiles import look_tiles
from cathartes.pipeline.sighting import TILE_PX
from cathartes.scenes.geometry import AffineGeometry

SHAPE = (2 * TILE_PX, 3 * TILE_PX)
GEOMETRY = AffineGeometry((5.0, 0.0, 465_000.0, 0.0, -5.0, 5_428_000.0), "EPSG:32632", SHAPE)


def test_tiles_hold_medians_and_nothing_where_a_plume_of_the_gas_is() -> None:
    labels = np.zeros(SHAPE, np.int32)
    labels[3, 3] = 7
    column = np.full(SHAPE, 4.0, np.float32)
    column[:, 2 * TILE_PX :] = np.inf
    found = SimpleNamespace(
        labels=labels,
        gases=(SimpleNamespace(name="ammonia"), SimpleNamespace(name="SF6")),
        plumes=(SimpleNamespace(id=7, chemicals=("SF6",)),),
        planes=SimpleNamespace(read=lambda _name: column),
    )
    tiles = look_tiles(found, GEOMETRY)
    assert tiles.tile_m == GEOMETRY.pixel_size_m() * TILE_PX
    clear = [4.0, 4.0, np.inf, 4.0, 4.0, np.inf]
    np.testing.assert_array_equal(tiles.detectable_column_ppm_m["ammonia"], clear)
    np.testing.assert_array_equal(tiles.detectable_column_ppm_m["SF6"], [np.nan, *clear[1:]])
    longitude, latitude = GEOMETRY.to_lon_lat([TILE_PX / 2], [TILE_PX / 2])
    assert (tiles.longitude_deg[0], tiles.latitude_deg[0]) == (longitude[0], latitude[0])
