"""A chemical profile: classes of chemicals whose co-occurrence tells something of a place."""

from collections.abc import Mapping
from itertools import product
from math import exp, fsum, log, prod, sqrt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

_Text = Annotated[str, Field(min_length=1)]
_Density = Annotated[float, Field(gt=0, le=1000)]
_Weight = Annotated[float, Field(ge=-10, le=10)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ChemicalClass(_Table):
    """``[[class]]``: chemicals that tell the same; the weight counts once, however many show."""

    name: _Text
    chemicals: Annotated[tuple[_Text, ...], Field(min_length=1)]
    weight: _Weight
    reason: _Text


class Together(_Table):
    """``[[together]]``: what it tells more if all of these classes show at one place."""

    classes: Annotated[tuple[_Text, ...], Field(min_length=2)]
    weight: _Weight
    reason: _Text


class Densities(_Table):
    """``[density]``: how many are expected on a km2 before any look, where that is known.

    What is left out is as in `EvidenceSettings`, which says what they are.
    """

    sites_per_km2: _Density | None = None
    other_sources_per_km2: _Density | None = None
    false_targets_per_km2: _Density | None = None
    reason: _Text

    def known(self) -> dict[str, float]:
        """Return those that are said, by name."""
        return self.model_dump(exclude={"reason"}, exclude_none=True)


class ChemicalProfile(_Table):
    """What vapours a kind of place shows; weights are natural log-odds.

    Attributes
    ----------
    name, reason
    schema_name
        ``cathartes-profile/1``.
    classes
        At most eight, no chemical in two.
    together
    none_weight
        If none of the classes shows: negative.
    density
        None if nothing is known of how many there are.
    """

    schema_name: Annotated[Literal["cathartes-profile/1"], Field(alias="schema")]
    name: _Text
    reason: _Text
    none_weight: Annotated[float, Field(ge=-10, le=0)]
    classes: Annotated[tuple[ChemicalClass, ...], Field(alias="class", min_length=1, max_length=8)]
    together: tuple[Together, ...] = ()
    density: Densities | None = None

    @model_validator(mode="after")
    def _fits(self) -> "ChemicalProfile":
        names = [one.name for one in self.classes]
        if len(set(names)) < len(names):
            raise ValueError(f"two classes of one name among {', '.join(names)}; rename one")
        chemicals = [chemical for one in self.classes for chemical in one.chemicals]
        twice = sorted({c for c in chemicals if chemicals.count(c) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} in two classes; keep each chemical in one")
        for pair in self.together:
            unknown = sorted(set(pair.classes) - set(names))
            if unknown:
                raise ValueError(
                    f"together names {', '.join(unknown)}; the classes are {', '.join(names)}"
                )
        return self

    def class_probability(self, probability: Mapping[str, float]) -> dict[str, float]:
        """Return for each class the probability that it shows: that of its surest chemical.

        The surest one alone, as errors of identification within a class are alike.
        """
        return {
            one.name: max((probability.get(c, 0.0) for c in one.chemicals), default=0.0)
            for one in self.classes
        }

    def log_ratio(self, probability: Mapping[str, float]) -> float:
        r"""Return how much likelier these chemicals are at a place of this kind, logarithm.

        .. math:: \ln \sum_{c} \prod_k p_k^{c_k} (1-p_k)^{1-c_k}\; e^{w(c)}

        over all ways c of which classes show: what was identified with doubt counts in part.

        Parameters
        ----------
        probability
            Of each chemical, that it was there.
        """
        return log(fsum(chance * exp(weight) for chance, weight in self._ways(probability)))

    def log_spread(self, probability: Mapping[str, float]) -> float:
        """Return the standard deviation of w(c): what knowing the chemicals could change."""
        ways = self._ways(probability)
        mean = fsum(chance * weight for chance, weight in ways)
        return sqrt(fsum(chance * (weight - mean) ** 2 for chance, weight in ways))

    def _ways(self, probability: Mapping[str, float]) -> list[tuple[float, float]]:
        """Return probability and weight of each way of which classes show."""
        shows = self.class_probability(probability)
        possible = [one for one in self.classes if shows[one.name] > 0]
        ways = []
        for present in product((False, True), repeat=len(possible)):
            both = list(zip(possible, present, strict=True))
            chance = prod(shows[c.name] if there else 1 - shows[c.name] for c, there in both)
            if chance > 0:
                ways.append((chance, self._weight({c.name for c, there in both if there})))
        return ways

    def _weight(self, names: set[str]) -> float:
        if not names:
            return self.none_weight
        own = sum(one.weight for one in self.classes if one.name in names)
        return own + sum(pair.weight for pair in self.together if names.issuperset(pair.classes))
