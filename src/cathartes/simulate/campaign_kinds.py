"""What gives off what in a made-up campaign.

Mixtures are pairs of vapours by which a profile of solvent-and-acid-gas processing knows a place;
they are taken after what a thermal-infrared spectrometer tells apart, and their rates after what it
sees from the height of the campaign (docs/explanation/campaigns.md), not after any real works.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A kind of place.

    Attributes
    ----------
    name
        In a word or two.
    gases
        Gas of the built-in library to its amount relative to the first one, by volume.
    emission_kg_h
        Of the first gas: smallest and largest usual rate, [kg h-1].
    """

    name: str
    gases: tuple[tuple[str, float], ...]
    emission_kg_h: tuple[float, float]


HIDDEN = (
    SourceKind("workshop", (("acetone", 1.0), ("acetic_acid", 0.5)), (120.0, 240.0)),
    SourceKind("shed", (("dichloromethane", 1.0), ("acetic_acid", 0.4)), (200.0, 400.0)),
    SourceKind("yard", (("ethyl_acetate", 1.0), ("acetic_acid", 2.0)), (25.0, 60.0)),
    SourceKind("barn", (("MEK", 1.0), ("acetic_acid", 0.5)), (150.0, 300.0)),
    SourceKind("warehouse", (("acetone", 1.0), ("ethyl_acetate", 0.15)), (120.0, 240.0)),
)
REGISTERED = (
    SourceKind("dairy farm", (("ammonia", 1.0),), (8.0, 20.0)),
    SourceKind("landfill", (("methane", 1.0),), (150.0, 400.0)),
    SourceKind("print works", (("ethyl_acetate", 1.0), ("isopropanol", 1.0)), (20.0, 50.0)),
    SourceKind("poultry farm", (("ammonia", 1.0),), (8.0, 20.0)),
)
UNREGISTERED = (
    SourceKind("manure heap", (("ammonia", 1.0),), (8.0, 20.0)),
    SourceKind("cold store", (("R-134a", 1.0),), (15.0, 40.0)),
)
