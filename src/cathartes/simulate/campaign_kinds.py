"""What gives off what in a made-up campaign.

Hidden places give off pairs of vapours by which a profile of solvent-and-acid-gas processing knows
them. All vapours are ones that a thermal-infrared spectrometer tells apart, and all rates are set
after what it sees from the campaign's height (docs/explanation/campaigns.md), not after real works.
"""

from dataclasses import dataclass

Rates = tuple[tuple[str, float], ...]
"""Gas of the built-in library and its emission rate, [kg h-1]."""


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A kind of place.

    Attributes
    ----------
    name
        In a word or two.
    least
        Its gases, each with the smallest usual rate; the largest is `SPAN` times that.
    """

    name: str
    least: Rates


SPAN = 2.0
HIDDEN = (
    SourceKind("workshop", (("acetone", 210.0), ("acetic_acid", 75.0))),
    SourceKind("shed", (("dichloromethane", 380.0), ("acetic_acid", 75.0))),
    SourceKind("yard", (("ethyl_acetate", 40.0), ("acetic_acid", 75.0))),
    SourceKind("barn", (("MEK", 300.0), ("acetic_acid", 75.0))),
    SourceKind("warehouse", (("acetone", 210.0), ("ethyl_acetate", 40.0))),
)
REGISTERED = (
    SourceKind("dairy farm", (("ammonia", 8.0),)),
    SourceKind("landfill", (("methane", 150.0),)),
    SourceKind("print works", (("ethyl_acetate", 20.0), ("isopropanol", 20.0))),
    SourceKind("poultry farm", (("ammonia", 8.0),)),
)
UNREGISTERED = (
    SourceKind("manure heap", (("ammonia", 8.0),)),
    SourceKind("cold store", (("R-134a", 16.0),)),
)
