"""Scenes that come with Cathartes: named ones to look at, random ones to tune and judge on."""

import numpy as np

from cathartes.errors import SettingsError
from cathartes.scenes.instrument import Instrument, SpectralRange
from cathartes.simulate.settings import LandscapeSettings, PlumeSettings, SceneSettings
from cathartes.spectra.absorption import Quality
from cathartes.spectra.library import GasLibrary
from cathartes.spectra.response import response_matrix

_WARM = 18.0
"""A plume so much warmer than the air is warmer than most ground too: it shows in emission, [K]."""

_PLACES = 64

PRESETS: dict[str, SceneSettings] = {
    # Six chemicals, a mixture among them, in emission and in absorption; one is too weak to be
    # found, and a detector that reports it is guessing.
    "demo": SceneSettings(
        name="demo", seed=24, lines=448, samples=320,
        landscape=LandscapeSettings(surface_set="a"),
        plumes=(
            PlumeSettings(gases={"ammonia": 1.0}, line=70.5, sample=40.5, peak_ppm_m=300.0,
                          temperature_difference_k=_WARM, length_m=620.0),
            PlumeSettings(gases={"SF6": 1.0}, line=150.5, sample=190.5, peak_ppm_m=6.0,
                          length_m=320.0, source_width_m=4.0),
            PlumeSettings(gases={"acetone": 1.0, "methanol": 0.7}, line=235.5, sample=50.5,
                          peak_ppm_m=1200.0, length_m=420.0, source_width_m=4.0),
            PlumeSettings(gases={"R-134a": 1.0}, line=320.5, sample=170.5, peak_ppm_m=110.0,
                          length_m=380.0),
            PlumeSettings(gases={"dichloromethane": 1.0}, line=400.5, sample=60.5,
                          peak_ppm_m=700.0, length_m=420.0),
            PlumeSettings(gases={"ethyl_acetate": 1.0}, line=290.5, sample=260.5, peak_ppm_m=6.0,
                          length_m=150.0),
        ),
    ),
    "hytes": SceneSettings(
        name="hytes", seed=7, lines=512, samples=512,
        plumes=(
            PlumeSettings(gases={"ammonia": 1.0}, line=90.5, sample=60.5, emission_kg_h=60.0,
                          temperature_difference_k=5.0, length_m=900.0),
            PlumeSettings(gases={"methane": 1.0}, line=260.5, sample=120.5, emission_kg_h=300.0,
                          length_m=700.0),
            PlumeSettings(gases={"acetic_acid": 1.0}, line=410.5, sample=200.5, peak_ppm_m=600.0,
                          temperature_difference_k=10.0, length_m=600.0),
        ),
    ),
    "swir": SceneSettings(
        name="swir", seed=11, instrument="aviris-ng-like", lines=300, samples=300,
        altitude_m=3000.0,
        plumes=(
            PlumeSettings(gases={"methane": 1.0}, line=80.5, sample=50.5, emission_kg_h=180.0,
                          length_m=600.0, source_width_m=5.0),
            PlumeSettings(gases={"ammonia": 1.0}, line=210.5, sample=90.5, peak_ppm_m=9000.0,
                          length_m=400.0, source_width_m=6.0),
        ),
    ),
}  # fmt: skip


def preset_settings(name: str) -> SceneSettings:
    """Return the settings of a preset.

    Raises
    ------
    SettingsError
        If there is none of that name.
    """
    if name not in PRESETS:
        raise SettingsError(f"no scene preset {name!r}; there are {', '.join(sorted(PRESETS))}.")
    return PRESETS[name]


def trial_settings(
    seed: int,
    library: GasLibrary,
    instrument: Instrument,
    *,
    n_plumes: int = 8,
    surface_set: str = "all",
    lines: int = 512,
    samples: int = 320,
) -> SceneSettings:
    """Return a random scene for tuning or judging: other gases, strengths and ground each seed.

    Plumes lie on a loose grid, so that few overlap. Every fourth is a mixture of two gases. The
    greatest optical depth in the best band is drawn log-uniformly from 0.02 to 1.5, plume
    temperatures from 8 K below to 20 K above the air, wind from all round.

    Parameters
    ----------
    library
        Gases to draw from: those with amounts whose best band absorbs at least 1e-5 per ppm m on
        the instrument (1e-7 in sunlight).
    surface_set
        ``a`` to tune, ``b`` to judge, or ``all``.

    Raises
    ------
    SettingsError
        If the instrument sees none of the gases.
    """
    generator = np.random.default_rng(np.random.SeedSequence([seed, 4711]))
    strength = _strongest_absorption(library, instrument)
    if not strength:
        raise SettingsError(
            f"{instrument.name} sees no gas of the library of {len(library)}; take another "
            "instrument or library."
        )
    names = list(strength)
    wind_from_deg = float(generator.uniform(0.0, 360.0))
    columns = max(1, round(np.sqrt(n_plumes * samples / lines)))
    rows = int(np.ceil(n_plumes / columns))
    pixel_m = instrument.ground_sampling_distance_m
    plumes = []
    for number in range(n_plumes):
        row, column = divmod(number, columns)
        line = (row + generator.uniform(0.25, 0.75)) * lines / rows
        sample = (column + generator.uniform(0.25, 0.75)) * samples / columns
        chosen = generator.choice(names, size=min(len(names), 2 if number % 4 == 3 else 1),
                                  replace=False)  # fmt: skip
        depth = float(np.exp(generator.uniform(np.log(0.02), np.log(1.5))))
        first = str(chosen[0])
        # Relative amounts by which the second gas is as deep as the first, within a factor 2.
        gases = {
            str(gas): float(strength[first] / strength[gas] * np.exp(generator.uniform(-0.7, 0.7)))
            for gas in chosen
        }
        gases[first] = 1.0
        plumes.append(
            PlumeSettings(
                gases=gases, line=line, sample=sample, peak_ppm_m=depth / strength[first],
                temperature_difference_k=float(generator.uniform(-8.0, 20.0)),
                length_m=float(pixel_m * generator.uniform(40.0, 130.0)),
                source_width_m=float(pixel_m * generator.uniform(0.8, 2.0)),
                growth=float(generator.uniform(0.06, 0.16)),
            )
        )  # fmt: skip
    return SceneSettings.model_validate(
        {
            "name": f"trial-{seed}", "seed": seed, "instrument": instrument.name, "lines": lines,
            "samples": samples, "wind_from_deg": wind_from_deg, "plumes": tuple(plumes),
            "landscape": LandscapeSettings.model_validate({"surface_set": surface_set}),
            "air": {"water_g_cm2": float(generator.uniform(0.6, 2.8)),
                    "temperature_k": float(generator.uniform(278.0, 303.0))},
        }
    )  # fmt: skip


def with_foreign_plume(
    settings: SceneSettings, library: GasLibrary, instrument: Instrument
) -> tuple[SceneSettings, str]:
    """Return a random scene with one plume more, and its gas, which no other plume holds.

    Search with a library from which that gas is taken out: what is said of a chemical that the
    library lacks? It lies as far from the others as any of `_PLACES` random places. Its optical
    depth in its best band is drawn log-uniformly from 0.1 to 1.5: one that is too thin to be found
    would tell nothing.

    Parameters
    ----------
    settings
        From `trial_settings`; the rest of the scene stays as it is.
    library
        Gases to draw from, as there; those that the detector would search.

    Raises
    ------
    SettingsError
        If the plumes hold every gas.
    """
    generator = np.random.default_rng(np.random.SeedSequence([settings.seed, 815]))
    taken = {gas for plume in settings.plumes for gas in plume.gases}
    strength = _strongest_absorption(library, instrument)
    names = [name for name in strength if name not in taken]
    if not names:
        raise SettingsError(
            f"the plumes hold all {len(strength)} gases that {instrument.name} sees; none is left "
            "for a plume of another one: take a larger library."
        )
    gas = str(generator.choice(names))
    depth = float(np.exp(generator.uniform(np.log(0.1), np.log(1.5))))
    size = np.array([settings.lines, settings.samples])
    places = generator.uniform(0.15, 0.85, (_PLACES, 2)) * size
    others = np.array([(plume.line, plume.sample) for plume in settings.plumes]).reshape(-1, 1, 2)
    lonely = np.linalg.norm(places - others, axis=2).min(axis=0, initial=np.inf)
    line, sample = places[int(lonely.argmax())]
    pixel_m = instrument.ground_sampling_distance_m
    plume = PlumeSettings(
        gases={gas: 1.0}, line=float(line), sample=float(sample), peak_ppm_m=depth / strength[gas],
        temperature_difference_k=float(generator.uniform(-8.0, 20.0)),
        length_m=float(pixel_m * generator.uniform(40.0, 130.0)),
        source_width_m=float(pixel_m * generator.uniform(0.8, 2.0)),
        growth=float(generator.uniform(0.06, 0.16)),
    )  # fmt: skip
    return settings.model_copy(update={"plumes": (*settings.plumes, plume)}), gas


def _strongest_absorption(library: GasLibrary, instrument: Instrument) -> dict[str, float]:
    """Return each visible gas's absorption in its best band, [ppm-1 m-1]."""
    emissive = instrument.spectral_range is SpectralRange.EMISSIVE
    least_per_ppm_m = 1e-5 if emissive else 1e-7
    nu = instrument.bands.wavenumber_grid_cm1(1.0)
    matrix = response_matrix(instrument.bands, nu)
    strongest = {}
    for gas in library:
        if gas.spectrum is None or gas.spectrum.quality is Quality.SHAPE_ONLY:
            continue
        alpha = np.nan_to_num(gas.spectrum.absorption_per_ppm_m(nu), nan=0.0)
        best = float(np.asarray(matrix @ alpha).max())
        if best >= least_per_ppm_m:
            strongest[gas.name] = best
    return strongest
