"""The built-in materials: numbers only. Plausible, ours, not measured."""

from dataclasses import dataclass

REFLECTIVE_KNOTS_UM = (0.40, 0.55, 0.68, 0.76, 1.00, 1.30, 1.65, 2.20, 2.50)
"""Wavelengths of the nine points of a reflective curve, [um]."""

Feature = tuple[float, float, float]
"""Centre [um], Gaussian standard deviation [um], height or relative depth."""


@dataclass(frozen=True, slots=True)
class Material:
    """One parametric material.

    Attributes
    ----------
    half
        ``a`` or ``b``: the half of the set that it belongs to.
    thermal_emissivity
        Level in 7-14 um before features.
    thermal_features
        Features added to the thermal reflectance.
    reflective : (9,)
        Reflectance at `REFLECTIVE_KNOTS_UM`.
    reflective_features
        Relative absorptions in the reflective range.
    warmth_k : [K]
        Difference to the air's temperature in full sun; at night it is turned, and less.
    texture_k : [K]
        Standard deviation of the temperature inside a parcel.
    """

    name: str
    family: str
    half: str
    thermal_emissivity: float
    thermal_features: tuple[Feature, ...]
    reflective: tuple[float, ...]
    reflective_features: tuple[Feature, ...]
    warmth_k: float
    texture_k: float


FAMILY_WARMTH_K = {
    "vegetation": (3.0, 0.8),
    "soil": (11.0, 1.4),
    "pavement": (16.0, 1.1),
    "water": (-4.0, 0.2),
    "roof": (15.0, 1.7),
    "metal": (15.0, 2.5),
    "mineral": (10.0, 1.2),
}
"""Warmth and texture of measured materials, which say nothing of theirs, by family, [K]."""

_LEAF_WATER = ((1.45, 0.05, 0.45), (1.93, 0.06, 0.70), (0.98, 0.03, 0.06), (1.18, 0.04, 0.10))
_DRY = ((2.10, 0.07, 0.18), (2.29, 0.05, 0.16), (1.93, 0.05, 0.12))
_CLAY = ((2.20, 0.020, 0.16), (1.41, 0.03, 0.10), (1.91, 0.04, 0.16))
_CARBONATE = ((2.34, 0.030, 0.20), (2.50, 0.03, 0.10))
_GYPSUM = ((1.75, 0.025, 0.18), (2.21, 0.035, 0.18), (1.45, 0.03, 0.30), (1.94, 0.04, 0.45))
_OIL = ((1.73, 0.025, 0.08), (2.31, 0.030, 0.14), (2.35, 0.025, 0.08))
_QUARTZ = ((8.25, 0.20, 1.0), (8.95, 0.28, 1.0), (12.55, 0.12, 0.35), (12.85, 0.10, 0.3))


def _times(features: tuple[Feature, ...], factor: float) -> tuple[Feature, ...]:
    return tuple((centre, width, height * factor) for centre, width, height in features)


MATERIALS = (
    # Vegetation: near black, slight waxes and cellulose.
    Material("grass", "vegetation", "a", 0.982, ((9.4, 0.8, 0.008),),
             (0.03, 0.09, 0.04, 0.44, 0.47, 0.42, 0.27, 0.13, 0.08), _LEAF_WATER, 3.0, 0.7),
    Material("conifers", "vegetation", "a", 0.988, ((11.0, 1.2, 0.004),),
             (0.02, 0.05, 0.03, 0.28, 0.31, 0.28, 0.15, 0.06, 0.04), _LEAF_WATER, 0.5, 0.9),
    Material("stubble", "vegetation", "a", 0.962, ((9.7, 0.5, 0.028), (8.5, 0.4, 0.012)),
             (0.09, 0.17, 0.24, 0.30, 0.37, 0.42, 0.41, 0.30, 0.24), _DRY, 11.0, 1.2),
    Material("maize", "vegetation", "b", 0.978, ((10.1, 0.7, 0.010),),
             (0.03, 0.10, 0.04, 0.48, 0.52, 0.46, 0.30, 0.15, 0.09), _LEAF_WATER, 1.5, 0.6),
    Material("broadleaves", "vegetation", "b", 0.985, ((8.9, 0.9, 0.006),),
             (0.02, 0.07, 0.03, 0.40, 0.44, 0.40, 0.24, 0.10, 0.06), _LEAF_WATER, 0.0, 0.9),
    Material("straw", "vegetation", "b", 0.955, ((9.9, 0.4, 0.034), (8.3, 0.3, 0.018)),
             (0.10, 0.21, 0.29, 0.35, 0.42, 0.46, 0.45, 0.33, 0.27), _DRY, 12.0, 1.3),
    # Soils.
    Material("sandy_soil", "soil", "a", 0.965, _times(_QUARTZ, 0.16),
             (0.08, 0.17, 0.24, 0.27, 0.33, 0.38, 0.42, 0.41, 0.37), _CLAY, 13.0, 1.5),
    Material("clay_soil", "soil", "a", 0.967, ((9.6, 0.45, 0.030), (8.7, 0.3, 0.020)),
             (0.05, 0.09, 0.13, 0.15, 0.20, 0.25, 0.29, 0.27, 0.22), _times(_CLAY, 1.4), 9.0, 1.2),
    Material("loess", "soil", "b", 0.966, (*_times(_QUARTZ, 0.09), (11.25, 0.10, 0.02)),
             (0.09, 0.18, 0.25, 0.29, 0.35, 0.41, 0.45, 0.43, 0.38), _CLAY, 12.0, 1.3),
    Material("gravelly_soil", "soil", "b", 0.958,
             (*_times(_QUARTZ, 0.22), (9.8, 0.4, 0.02)),
             (0.07, 0.14, 0.19, 0.22, 0.27, 0.31, 0.34, 0.33, 0.29), _CLAY, 14.0, 1.8),
    # Pavements.
    Material("asphalt", "pavement", "a", 0.957, (*_times(_QUARTZ, 0.05), (9.6, 0.5, 0.02)),
             (0.05, 0.07, 0.08, 0.09, 0.10, 0.12, 0.13, 0.13, 0.12), _OIL, 19.0, 1.0),
    Material("concrete", "pavement", "a", 0.955, (*_times(_QUARTZ, 0.07), (11.3, 0.10, 0.04)),
             (0.14, 0.23, 0.28, 0.30, 0.33, 0.35, 0.36, 0.34, 0.30), _CARBONATE, 13.0, 1.0),
    Material("worn_asphalt", "pavement", "b", 0.950, (*_times(_QUARTZ, 0.09), (9.3, 0.4, 0.03)),
             (0.08, 0.12, 0.14, 0.15, 0.17, 0.20, 0.21, 0.21, 0.19), _times(_OIL, 0.6), 17.0, 1.2),
    Material("paving_stone", "pavement", "b", 0.948,
             (*_times(_QUARTZ, 0.06), (10.2, 0.5, 0.05)),
             (0.12, 0.19, 0.22, 0.23, 0.25, 0.27, 0.28, 0.27, 0.25), (), 14.0, 1.0),
    # Water.
    Material("pond", "water", "a", 0.985, ((13.4, 1.0, 0.010),),
             (0.05, 0.06, 0.03, 0.02, 0.01, 0.004, 0.003, 0.003, 0.002), (), -5.0, 0.15),
    Material("canal", "water", "b", 0.983, ((13.4, 1.0, 0.012),),
             (0.05, 0.09, 0.06, 0.03, 0.012, 0.005, 0.004, 0.003, 0.003), (), -3.5, 0.2),
    # Roofs.
    Material("clay_tiles", "roof", "a", 0.935, ((9.3, 0.6, 0.10), (8.4, 0.3, 0.03)),
             (0.06, 0.12, 0.26, 0.30, 0.36, 0.40, 0.43, 0.42, 0.38), (), 17.0, 1.8),
    Material("white_paint", "roof", "a", 0.925, ((8.6, 0.25, 0.03), (11.4, 0.12, 0.06)),
             (0.35, 0.78, 0.80, 0.80, 0.76, 0.70, 0.62, 0.50, 0.42),
             ((1.73, 0.02, 0.12), (2.30, 0.03, 0.22)), 6.0, 1.2),
    Material("bitumen_felt", "roof", "b", 0.945, ((9.7, 0.35, 0.05), (8.0, 0.2, 0.02)),
             (0.05, 0.06, 0.06, 0.07, 0.08, 0.09, 0.10, 0.10, 0.09), _times(_OIL, 1.3), 24.0, 1.8),
    Material("blue_coating", "roof", "b", 0.905,
             ((8.1, 0.20, 0.04), (9.2, 0.30, 0.03), (11.5, 0.10, 0.04)),
             (0.20, 0.18, 0.10, 0.35, 0.55, 0.60, 0.58, 0.45, 0.38),
             ((1.72, 0.02, 0.15), (2.31, 0.03, 0.25)), 12.0, 1.5),
    # Bare metal: mirrors the sky.
    Material("zinc_sheet", "metal", "a", 0.28, ((8.5, 2.0, 0.10),),
             (0.40, 0.45, 0.46, 0.45, 0.40, 0.55, 0.60, 0.62, 0.64), (), 16.0, 2.5),
    Material("aluminium_sheet", "metal", "b", 0.17, ((11.5, 0.6, -0.06),),
             (0.60, 0.62, 0.62, 0.58, 0.62, 0.68, 0.72, 0.74, 0.75), (), 14.0, 2.5),
    # Heaps and fills with strong bands of their own: the rare surfaces that look like gases.
    Material("silica_sand", "mineral", "a", 0.965, _times(_QUARTZ, 0.42),
             (0.20, 0.38, 0.46, 0.49, 0.54, 0.58, 0.62, 0.62, 0.58), (), 10.0, 1.0),
    Material("gypsum_heap", "mineral", "a", 0.965, ((8.70, 0.16, 0.28), (14.9, 0.3, 0.2)),
             (0.50, 0.70, 0.75, 0.77, 0.78, 0.74, 0.68, 0.55, 0.40), _GYPSUM, 7.0, 1.0),
    Material("limestone", "mineral", "b", 0.960, ((11.30, 0.09, 0.18), (14.0, 0.2, 0.1)),
             (0.30, 0.42, 0.48, 0.50, 0.53, 0.55, 0.56, 0.52, 0.44), _times(_CARBONATE, 1.5),
             9.0, 1.0),
    Material("slag", "mineral", "b", 0.940, ((10.4, 0.55, 0.14), (11.4, 0.25, 0.05)),
             (0.12, 0.17, 0.19, 0.19, 0.18, 0.20, 0.22, 0.24, 0.24), ((1.05, 0.15, 0.2),),
             13.0, 1.4),
    Material("plastic_sheet", "mineral", "b", 0.93,
             ((7.85, 0.12, 0.05), (8.90, 0.12, 0.05), (9.80, 0.08, 0.03), (13.75, 0.10, 0.06)),
             (0.30, 0.45, 0.52, 0.55, 0.56, 0.52, 0.45, 0.34, 0.25),
             ((1.66, 0.02, 0.25), (2.13, 0.03, 0.20), (2.32, 0.02, 0.15)), 11.0, 1.6),
    Material("fertiliser_heap", "mineral", "a", 0.95,
             ((7.6, 0.20, 0.08), (12.05, 0.06, 0.09), (9.6, 0.20, 0.05)),
             (0.45, 0.58, 0.62, 0.64, 0.62, 0.55, 0.40, 0.28, 0.22),
             ((2.02, 0.05, 0.30), (1.55, 0.05, 0.20)), 8.0, 1.2),
)  # fmt: skip
