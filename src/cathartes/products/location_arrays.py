"""The particles of a location as arrays by name: what `posterior.npz` holds."""

import numpy as np
from numpy.typing import NDArray

from cathartes.locate.result import Posterior
from cathartes.products.common_location import CommonGas
from cathartes.scenes.local_frame import LocalFrame


def common_arrays(gas: CommonGas, frame: LocalFrame) -> dict[str, NDArray[np.generic]]:
    """Return the particles of all sources, and of each sortie's logs alone, by name."""
    name = gas.found.chemical
    arrays: dict[str, NDArray[np.generic]] = {}
    if gas.found.sources:
        particles = [source.particles for source in gas.found.sources]
        place = np.stack([one.place_m for one in particles], axis=1)
        longitude, latitude = frame.to_lon_lat(place[..., 0], place[..., 1])
        arrays |= {
            f"{name}/longitude_deg": longitude,
            f"{name}/latitude_deg": latitude,
            f"{name}/height_m": np.stack([one.height_m for one in particles], axis=1),
            f"{name}/rate_kg_h": np.stack([one.mean_rate_kg_h for one in particles], axis=1),
            f"{name}/working_share": np.stack([one.working_share for one in particles], axis=1),
            f"{name}/sortie_rate_kg_h": np.stack([one.rate_kg_h for one in particles], axis=1),
            f"{name}/sortie": np.array([sortie.name for sortie in gas.found.sorties]),
        }
    for sortie, alone in gas.alone.items():
        if alone.posterior is not None:
            arrays |= posterior_arrays(f"{name}/{sortie}", alone.posterior, frame)
    return arrays


def posterior_arrays(
    prefix: str, posterior: Posterior, frame: LocalFrame
) -> dict[str, NDArray[np.generic]]:
    """Return the particles of a log's posterior by name."""
    place = posterior.place_m
    longitude, latitude = frame.to_lon_lat(place[..., 0], place[..., 1])
    arrays = {
        "longitude_deg": longitude, "latitude_deg": latitude, "height_m": place[..., 2],
        "rate_kg_h": posterior.rate_kg_h, "wind_offset_deg": posterior.wind_offset_deg,
        "lag_s": posterior.lag_s, "width_per_m": posterior.width_per_m,
        "height_per_m": posterior.height_per_m, "misfit": posterior.misfit,
        "stability": posterior.stability,
    }  # fmt: skip
    return {f"{prefix}/{name}": values for name, values in arrays.items()}
