"""What became of the true plumes of many scenes: found or not, named rightly or not."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cathartes.simulate.evaluation import FoundPlume
from cathartes.simulate.score import Matching
from cathartes.simulate.truth import Truth

PLUME_SNR_EDGES = (2.0, 4.0, 6.0, 8.0, 12.0, 20.0, np.inf)
"""Bins of a plume's greatest optimal SNR."""
NAMED_SNR = 6.0
"""Names are judged from this greatest optimal SNR on."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def share(self) -> float:
        """NaN of nothing."""
        return self.count / self.of if self.of else float("nan")


@dataclass(frozen=True, slots=True)
class PlumeOutcome:
    """One visible true plume and what was said of it.

    Attributes
    ----------
    gases : (gas,)
        Names, the strongest by optimal SNR first.
    gas_snr : (gas,)
        Greatest optimal SNR of each in the plume's label.
    searched : (gas,)
        Whether the scan searched each.
    said
        Names said, the main one first; empty if the plume was not found.
    probability
        Stated, of the first name; NaN if the plume was not found.
    is_unknown
        What was said is that no gas searched explains it.
    """

    gases: tuple[str, ...]
    gas_snr: tuple[float, ...]
    searched: tuple[bool, ...]
    said: tuple[str, ...] = ()
    probability: float = float("nan")
    is_unknown: bool = False

    @property
    def snr_max(self) -> float:
        """Greatest optimal SNR of any of its gases."""
        return max(self.gas_snr)

    @property
    def is_found(self) -> bool:
        """Whether anything was said of it."""
        return bool(self.said)

    @property
    def is_foreign(self) -> bool:
        """None of its gases was searched."""
        return not any(self.searched)

    @property
    def is_main_right(self) -> bool:
        """The first name said is that of the gas that shows most."""
        return self.is_found and self.said[0] == self.gases[0]

    @property
    def is_name_right(self) -> bool:
        """The first name said is one of its gases'; or unknown, and its main gas is not known."""
        if self.is_unknown:
            return not self.searched[0]
        return self.is_found and self.said[0] in self.gases


def plume_outcomes(
    truth: Truth,
    matching: Matching,
    found: Collection[FoundPlume],
    searched: Collection[str],
    unknown: str,
) -> tuple[PlumeOutcome, ...]:
    """Return what became of each true plume that can be seen.

    Parameters
    ----------
    searched
        Names of the gases that were searched.
    unknown
        The name said of a plume that none of them explains.
    """
    said = {plume.id: plume for plume in found}
    partner = dict(matching.pairs)
    outcomes = []
    for plume in truth.plumes:
        if plume.id in matching.invisible:
            continue
        names = tuple(name for name, _ in plume.gases)
        own = truth.labels == plume.id
        snr = tuple(float(truth.snr[truth.gases.index(name)][own].max()) for name in names)
        known = tuple(name in searched for name in names)
        match = said.get(partner.get(plume.id, -1))
        if match is None:
            outcomes.append(PlumeOutcome(names, snr, known))
            continue
        outcomes.append(
            PlumeOutcome(
                names,
                snr,
                known,
                (match.chemical, *match.others),
                match.probability,
                match.chemical == unknown,
            )
        )
    return tuple(outcomes)


@dataclass(frozen=True, slots=True)
class PlumeBin:
    """Plumes of one bin of greatest optimal SNR, the upper end outside.

    Attributes
    ----------
    n_plumes, n_found, n_main_right
        Plumes of gases that were searched.
    n_foreign, n_foreign_found
        Plumes of gases none of which was.
    """

    snr_from: float
    snr_to: float
    n_plumes: int
    n_found: int
    n_main_right: int
    n_foreign: int
    n_foreign_found: int


@dataclass(frozen=True, slots=True)
class PlumeFigures:
    """Plumes of all scenes together. All but the bins count plumes of SNR `NAMED_SNR` and more.

    Attributes
    ----------
    bins
        By greatest optimal SNR.
    main_right
        Main gas named first; of found plumes whose main gas was searched.
    no_other
        Every name said is one of the plume's gases; of the same.
    called_unknown
        Of the same: wrongly called unknown.
    all_named
        All gases named, perhaps others too; of found mixtures all of whose gases were searched.
    all_named_strong
        Of those in which every gas reaches the SNR `NAMED_SNR` itself.
    foreign_unknown
        Called unknown; of found plumes of gases none of which was searched.
    """

    bins: tuple[PlumeBin, ...]
    main_right: Share
    no_other: Share
    called_unknown: Share
    all_named: Share
    all_named_strong: Share
    foreign_unknown: Share


def pool_plumes(outcomes: Sequence[PlumeOutcome]) -> PlumeFigures:
    """Return how the plumes of all scenes fared."""
    strong = [plume for plume in outcomes if plume.is_found and plume.snr_max >= NAMED_SNR]
    known = [plume for plume in strong if plume.searched[0]]
    mixtures = [plume for plume in strong if len(plume.gases) > 1 and all(plume.searched)]
    even = [plume for plume in mixtures if min(plume.gas_snr) >= NAMED_SNR]
    foreign = [plume for plume in strong if plume.is_foreign]
    return PlumeFigures(
        bins=tuple(_bin(outcomes, low, high) for low, high in pairwise(PLUME_SNR_EDGES)),
        main_right=_share([plume.is_main_right for plume in known]),
        no_other=_share([set(plume.said) <= set(plume.gases) for plume in known]),
        called_unknown=_share([plume.is_unknown for plume in known]),
        all_named=_share([set(plume.gases) <= set(plume.said) for plume in mixtures]),
        all_named_strong=_share([set(plume.gases) <= set(plume.said) for plume in even]),
        foreign_unknown=_share([plume.is_unknown for plume in foreign]),
    )


def _bin(outcomes: Sequence[PlumeOutcome], low: float, high: float) -> PlumeBin:
    inside = [plume for plume in outcomes if low <= plume.snr_max < high]
    ours = [plume for plume in inside if not plume.is_foreign]
    return PlumeBin(
        snr_from=low,
        snr_to=high,
        n_plumes=len(ours),
        n_found=sum(plume.is_found for plume in ours),
        n_main_right=sum(plume.is_main_right for plume in ours),
        n_foreign=len(inside) - len(ours),
        n_foreign_found=sum(plume.is_found for plume in inside if plume.is_foreign),
    )


def _share(answers: Sequence[bool]) -> Share:
    return Share(sum(answers), len(answers))
