r"""Wind at another height: a logarithmic profile with stability, or a power law.

Surface layer (Monin and Obukhov 1954; gradients after Dyer 1974):

.. math:: U(z) = \frac{u_*}{k}\left[\ln\frac{z-d}{z_0} - \psi\!\left(\frac{z-d}{L}\right)
          + \psi\!\left(\frac{z_0}{L}\right)\right]

    \psi = -5\,\zeta \;(\zeta \ge 0), \qquad
    \psi = 2\ln\frac{1+x}{2} + \ln\frac{1+x^2}{2} - 2\arctan x + \frac{\pi}{2},\;
    x = (1 - 16\zeta)^{1/4} \;(\zeta < 0)
"""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cathartes.errors import InputError
from cathartes.scenes.records.flags import FlagKind
from cathartes.scenes.wind.history import WindHistory, flag_stagnant

MOST_STABLE = 1.0
"""Beyond z/L of 1 the linear law of Dyer has no support: zeta is held there."""


class WindProfile(Protocol):
    """How the wind's speed changes with height."""

    def relative(self, height_agl_m: ArrayLike) -> NDArray[np.float64]:
        """Return the speed at heights, (height,), up to a common factor."""


@dataclass(frozen=True, slots=True)
class LogProfile:
    """Logarithmic, with stability.

    Attributes
    ----------
    roughness_m
        z0: about 0.001 of bare soil, 0.03 of grass, 0.1 of crops, 1 of towns and woods.
    obukhov_length_m
        L: negative unstable, positive stable, infinite neutral.
    displacement_m
        d: about two thirds of the height of dense crops or houses.
    """

    roughness_m: float
    obukhov_length_m: float = np.inf
    displacement_m: float = 0.0

    def __post_init__(self) -> None:
        if not (0 < self.roughness_m < 10 and self.obukhov_length_m != 0
                and self.displacement_m >= 0):  # fmt: skip
            raise InputError(
                f"profile: roughness {self.roughness_m:g} m, Obukhov length "
                f"{self.obukhov_length_m:g} m, displacement {self.displacement_m:g} m; a roughness "
                "of 0 to 10 m, a length that is not 0 and a displacement from 0 are needed."
            )

    def relative(self, height_agl_m: ArrayLike) -> NDArray[np.float64]:
        """Return U k / u* at heights, (height,); 0 at and below d + z0.

        Parameters
        ----------
        height_agl_m : any shape [m]
        """
        z = np.maximum(np.asarray(height_agl_m, np.float64) - self.displacement_m,
                       self.roughness_m)  # fmt: skip
        length = self.obukhov_length_m
        shape = np.log(z / self.roughness_m) - psi_m(z / length) + psi_m(self.roughness_m / length)
        return np.maximum(shape, 0.0)


@dataclass(frozen=True, slots=True)
class PowerProfile:
    """A power of height.

    Attributes
    ----------
    exponent
        p: 0.07 very unstable over smooth ground to 0.55 very stable over rough; 1/7 by custom.
    """

    exponent: float

    def __post_init__(self) -> None:
        if not 0 <= self.exponent <= 1:
            raise InputError(f"profile: exponent {self.exponent:g}; 0 to 1 is needed.")

    def relative(self, height_agl_m: ArrayLike) -> NDArray[np.float64]:
        """Return z^p at heights, (height,).

        Parameters
        ----------
        height_agl_m : any shape [m]
        """
        height = np.maximum(np.asarray(height_agl_m, np.float64), 0.0)
        return np.asarray(height**self.exponent)


def psi_m(zeta: ArrayLike) -> NDArray[np.float64]:
    """Return the stability correction of momentum (Dyer 1974; Paulson 1970), of the same shape.

    Parameters
    ----------
    zeta : any shape
        z/L; held at MOST_STABLE above.
    """
    zeta = np.asarray(zeta, np.float64)
    x = (1 - 16 * np.minimum(zeta, 0.0)) ** 0.25
    unstable = 2 * np.log((1 + x) / 2) + np.log((1 + x**2) / 2) - 2 * np.arctan(x) + np.pi / 2
    return np.asarray(
        np.where(zeta < 0, unstable, -5 * np.minimum(np.maximum(zeta, 0.0), MOST_STABLE))
    )


def wind_at_height(history: WindHistory, profile: WindProfile, height_agl_m: float) -> WindHistory:
    """Return a history brought to another height; direction and vertical wind as they were.

    Raises
    ------
    InputError
        If the profile has no wind at the height it was measured at.
    """
    measured, wanted = profile.relative(np.array([history.height_agl_m, height_agl_m]))
    if not measured > 0:
        raise InputError(
            f"profile: no wind at {history.height_agl_m:g} m, where it was measured; that is "
            "within the roughness: state a smaller roughness or displacement, or the mast's height."
        )
    factor = float(wanted / measured)
    unflagged = tuple(f for f in history.flags if f.kind is not FlagKind.STAGNANT_WIND)
    return flag_stagnant(
        replace(
            history,
            wind_speed_m_s=history.wind_speed_m_s * factor,
            wind_speed_sd_m_s=history.wind_speed_sd_m_s * factor,
            height_agl_m=height_agl_m,
            flags=unflagged,
        )
    )
