"""One place seen through two windows: which gases explain both looks."""

import math
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from scipy.special import logsumexp

from cathartes.detect.evidence import PlumeEvidence, SetFit
from cathartes.detect.identify import Prior
from cathartes.errors import InputError


@dataclass(frozen=True, slots=True)
class Look:
    """What one cube says of a place.

    Attributes
    ----------
    evidence
        Of the plume that it shows there; None if it shows none.
    contrast : gas → [(K)]
        Of plume to ground there, of each gas that the window shows; NaN if it is not known.
    necl_ppm_m : gas → [ppm m]
        Noise-equivalent column density of a square there; infinite where nothing could be seen, NaN
        for a gas whose spectrum has no amounts.
    thick_ppm_m : gas → [ppm m]
        Column density at which its strongest band has an optical depth of one: more hardly shows.
    score_threshold
        Score that a plume must pass to be found in that cube.
    relative_error
        Of its column densities: air, contrast, library; as a part.
    """

    evidence: PlumeEvidence | None
    contrast: dict[str, float]
    necl_ppm_m: dict[str, float]
    thick_ppm_m: dict[str, float]
    score_threshold: float
    relative_error: float

    def shows(self, gas: str) -> bool:
        """Return whether this window shows the gas at all."""
        return gas in self.necl_ppm_m

    def column_ppm_m(self, fit: SetFit, gas: str) -> float:
        """Return the column density that a fit says, [ppm m]; NaN if it is not known."""
        if gas not in fit.amount:
            return 0.0
        contrast = self.contrast.get(gas, np.nan)
        column = fit.amount[gas] / contrast if contrast else np.nan
        # An amount against the contrast's sign says that the contrast is wrong, not the amount.
        return column if column > 0 else float("nan")

    def noise_ppm_m(self, gas: str, variance: float) -> float:
        """Return the standard deviation of the column density by clutter and noise, [ppm m]."""
        if self.evidence is None:
            return self.necl_ppm_m[gas]
        contrast = abs(self.contrast.get(gas, np.nan))
        return self.evidence.amount_sd(gas, variance) / contrast if contrast else np.inf


@dataclass(frozen=True, slots=True)
class Expected:
    """What a look should show of a gas, if the other one is right.

    Attributes
    ----------
    look
        0 if the first look should show it, 1 if the second.
    gas
        Its name.
    score
        Column density that the other look says, up to an optical depth of one, over the noise of
        this one; 0 if it could see nothing.
    seen
        What it shows: the score of its own fit, or the threshold if it shows no plume.
    probability
        That it shows no more than that: see `shortfall_probability`.
    """

    look: int
    gas: str
    score: float
    seen: float
    probability: float


@dataclass(frozen=True, slots=True)
class Combined:
    """What two looks together say of a place.

    Attributes
    ----------
    probability
        (gas, probability that it is in the plume), most probable first.
    best_set
        The most probable set, the gas that shows most first.
    unknown
        Probability of a chemical outside the library.
    in_both
        True if both looks show one gas of the best set.
    expected
        Of the best set's gases: those that one look shows and the other, whose window shows the
        gas, should have shown.
    """

    probability: tuple[tuple[str, float], ...]
    best_set: tuple[str, ...]
    unknown: float
    in_both: bool
    expected: tuple[Expected, ...]


def shortfall_probability(
    expected: float, seen: float, relative_error: float, still_there: float
) -> float:
    r"""Return how probable it is that a second look shows so little of what the first one says.

    .. math:: P = 1 - p + p\,\min\Big\{1,\
              2\,\Phi\Big(\frac{z - z_0}{\sqrt{1 + (\eta z_0)^2}}\Big)\Big\}

    z₀ is the score expected and z the one seen. More than expected is never held against a plume,
    and where nothing could be seen, z₀ = 0, nothing is: P = 1.

    Parameters
    ----------
    expected, seen
        z₀, z: in standard deviations of the second look's column density.
    relative_error
        η: of z₀, by the column densities of both looks and the plume's own unrest between them.
    still_there
        p: probability that the plume is there at the second look.

    References
    ----------
    Own construction: docs/explanation/detection.md, "Two windows together".
    """
    if not math.isfinite(expected) or expected <= 0:
        return 1.0
    deviation = (seen - expected) / math.hypot(1.0, relative_error * expected)
    twice_tail = math.erfc(-deviation / math.sqrt(2.0))  # 2 Φ(deviation)
    return 1.0 - still_there + still_there * min(1.0, twice_tail)


def combine(
    first: Look, second: Look, prior: Prior, *, still_there: float, unrest: float
) -> Combined:
    r"""Return the posterior over sets of gases, given what two windows show of one place.

    The looks' noise and clutter have nothing in common, so their likelihoods multiply under one
    prior. Each gas of a set S is shown by the one look, the other, or both; with S₁ ∪ S₂ = S

    .. math:: P(S) \propto \pi(S) \max_{S_1, S_2} L_1(S_1)\,L_2(S_2)
              \prod_{j \in S} P_1(j)\,P_2(j), \qquad L_i(S) = \sum e^{\Gamma_i(S)/2 v_i}

    summed over thin and denser signatures, as in `identify.identify`. P_i(j) is
    `shortfall_probability` of gas j in look i, given the column density that the other says, and 1
    where the window of i does not show the gas: then it says nothing about it. A look without a
    plume has L = 1, and its threshold stands for what it shows.

    Parameters
    ----------
    first, second
        At least one of them shows a plume.
    prior
        Of the gases and of the unknown.
    still_there
        Probability that a plume of the one look is there at the other.
    unrest
        Relative change of a plume's column density between two looks.

    Raises
    ------
    InputError
        If neither look shows a plume.

    References
    ----------
    Own construction: docs/explanation/detection.md, "Two windows together".
    """
    looks = (first, second)
    pool = _pool(looks)
    if not pool:
        raise InputError("neither look shows a plume; at least one must, to be combined.")
    joint = _Joint(looks, pool, prior, still_there, float(np.hypot(unrest, _error(looks))))
    found = [
        (chosen, *joint.best(chosen))
        for size in range(1, prior.max_gases + 1)
        for chosen in combinations(pool, size)
    ]
    log_weight = np.array([weight for _, weight, _ in found])
    if not np.isfinite(log_weight).any():
        return Combined((), (), 1.0, in_both=False, expected=())
    weight = np.exp(log_weight - log_weight.max())
    unbiased = logsumexp([joint.best(chosen, by_amounts=False)[0] for chosen, _, _ in found])
    unknown = _unknown(looks, prior, float(np.exp(logsumexp(log_weight) - unbiased)))
    weight /= weight.sum()
    probability = dict.fromkeys(pool, 0.0)
    for (chosen, _, _), w in zip(found, weight, strict=True):
        for gas in chosen:
            probability[gas] += float(w)
    best, _, shown = found[int(np.argmax(weight))]
    return Combined(
        probability=tuple(
            sorted(
                ((gas, min(p, 1.0) * (1.0 - unknown)) for gas, p in probability.items()),
                key=lambda item: -item[1],
            )
        ),
        best_set=tuple(sorted(best, key=lambda gas: -joint.strength(gas, shown))),
        unknown=unknown,
        in_both=bool(shown[0] & shown[1]),
        expected=tuple(e for e in joint.expected(best, shown) if e.score > 0),
    )


def _pool(looks: tuple[Look, Look]) -> tuple[str, ...]:
    """Return the candidates of both looks."""
    of_each = [look.evidence.candidates() for look in looks if look.evidence is not None]
    return tuple(dict.fromkeys(gas for names in of_each for gas in names))


def _error(looks: tuple[Look, Look]) -> float:
    """Return the relative error of one look's column densities against the other's."""
    return float(np.hypot(looks[0].relative_error, looks[1].relative_error))


def _unknown(looks: tuple[Look, Look], prior: Prior, borne_out: float) -> float:
    """Return the probability of a chemical outside the library.

    Odds multiply, and the prior counts once. What no gas of the library is need not show in the
    other window: it gains by ``borne_out``, the probability that the library's gases show as they
    do in one look given the other.
    """
    odds = before = prior.unknown / (1.0 - prior.unknown)
    for look in looks:
        if look.evidence is not None and before > 0:
            alone = min(look.evidence.unknown, 1.0 - 1e-12)
            odds *= alone / (1.0 - alone) / before
    odds /= max(borne_out, 1e-300)
    return float(odds / (1.0 + odds))


Shown = tuple[frozenset[str], frozenset[str]]
"""The gases of a set that the one look shows, and those that the other does."""


class _Joint:
    """Fits of all small sets to both looks, each made once."""

    def __init__(
        self,
        looks: tuple[Look, Look],
        pool: tuple[str, ...],
        prior: Prior,
        still_there: float,
        relative_error: float,
    ) -> None:
        self._looks, self._prior = looks, prior
        self._still_there, self._relative_error = still_there, relative_error
        self._fits: tuple[dict[frozenset[str], SetFit], ...] = tuple(
            {
                chosen: SetFit((0.0,), {}) if look.evidence is None else look.evidence.fit(chosen)
                for size in range(prior.max_gases + 1)
                for chosen in map(frozenset, combinations(_shown_by(look, pool), size))
            }
            for look in looks
        )
        self._variance = tuple(
            1.0
            if look.evidence is None
            else look.evidence.variance(max(fit.greatest_gain for fit in fits.values()))
            for look, fits in zip(looks, self._fits, strict=True)
        )

        self._log_likelihood = tuple(
            {chosen: fit.log_likelihood(variance) for chosen, fit in fits.items()}
            for fits, variance in zip(self._fits, self._variance, strict=True)
        )
        self._noise_ppm_m = tuple(
            {gas: look.noise_ppm_m(gas, variance) for gas in pool if look.shows(gas)}
            for look, variance in zip(looks, self._variance, strict=True)
        )

    def best(self, chosen: tuple[str, ...], *, by_amounts: bool = True) -> tuple[float, Shown]:
        """Return the greatest log weight of a set, and which of its gases each look then shows.

        ``by_amounts`` counts how well the looks' column densities agree.
        """
        most: tuple[float, Shown] = (-np.inf, (frozenset(), frozenset()))
        for who in product(((True, False), (False, True), (True, True)), repeat=len(chosen)):
            shown = (
                frozenset(gas for gas, (one, _) in zip(chosen, who, strict=True) if one),
                frozenset(gas for gas, (_, other) in zip(chosen, who, strict=True) if other),
            )
            weight = self._log_weight(chosen, shown)
            if by_amounts and weight > -math.inf:
                weight += sum(math.log(e.probability) for e in self.expected(chosen, shown))
            if weight > most[0]:
                most = (weight, shown)
        return most

    def _log_weight(self, chosen: tuple[str, ...], shown: Shown) -> float:
        weight = (len(chosen) - 1) * math.log(self._prior.extra_gas)
        for look, log_likelihood, mine in zip(
            self._looks, self._log_likelihood, shown, strict=True
        ):
            if mine not in log_likelihood or (mine and look.evidence is None):
                return -math.inf
            weight += log_likelihood[mine]
        return float(weight)

    def expected(self, chosen: tuple[str, ...], shown: Shown) -> tuple[Expected, ...]:
        """Return what each look should show of the gases that the other one shows."""
        told = []
        for here, there in ((0, 1), (1, 0)):
            look, other = self._looks[here], self._looks[there]
            for gas in chosen:
                if gas not in shown[there] or not look.shows(gas):
                    continue
                column = other.column_ppm_m(self._fits[there][shown[there]], gas)
                noise = self._noise_ppm_m[here][gas]
                if not (math.isfinite(column) and noise > 0):
                    continue
                seen = look.score_threshold
                if look.evidence is not None:
                    seen = look.column_ppm_m(self._fits[here][shown[here]], gas) / noise
                    if not math.isfinite(seen):
                        continue
                score = min(column, look.thick_ppm_m[gas]) / noise
                probability = shortfall_probability(
                    score, seen, self._relative_error, self._still_there
                )
                told.append(Expected(here, gas, float(score), float(seen), probability))
        return tuple(told)

    def strength(self, gas: str, shown: Shown) -> float:
        """Return how many standard deviations of it the looks show, the more of the two."""
        strengths = [
            abs(fits[mine].amount.get(gas, 0.0)) / look.evidence.amount_sd(gas, variance)
            for look, fits, mine, variance in zip(
                self._looks, self._fits, shown, self._variance, strict=True
            )
            if look.evidence is not None and gas in mine
        ]
        return max(strengths, default=0.0)


def _shown_by(look: Look, pool: tuple[str, ...]) -> tuple[str, ...]:
    """Return the gases of the pool that a look can show; none if it shows no plume."""
    if look.evidence is None:
        return ()
    return tuple(gas for gas in pool if gas in look.evidence.names)
