"""A plume's mean spectrum less its surroundings', and what chemicals explain of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from cathartes.detect.bank import FilterBank
from cathartes.detect.identify import (
    SIGNATURE_ERROR_DIRECTIONS,
    Identification,
    Prior,
    fit_sets,
)

PARTNERS = 2
"""At most so many chemicals that may be beside the named ones are fitted to a plume's spectrum."""
LEAST_PROBABILITY = 0.05
"""Of such a one."""
RUNNERS_UP = 2
"""So many that come next in the place of the main one are fitted."""
LOOK_ALIKES = 2
"""At most so many more that look like it."""
LEAST_LIKENESS = 0.5
"""Whitened cosine from which one signature is said to look like another."""


class Relation(StrEnum):
    """Why a fit is shown."""

    NAMED = "named"
    """The plume's name rests on it."""
    NEAREST = "nearest"
    """No gas of the library explains the plume; this one comes nearest."""
    PARTNER = "partner"
    """May be there beside the named ones."""
    RUNNER_UP = "runner-up"
    """Explains most in the place of the main one."""
    LOOK_ALIKE = "look-alike"
    """Its signature is like the named one's."""


@dataclass(frozen=True, slots=True)
class SpectrumFit:
    """Chemicals fitted together to a plume's spectrum.

    Attributes
    ----------
    chemicals : (chemical,)
        The one that the fit is about, then those beside it.
    relation
    probability
        That the first is in the plume, given that the plume is real.
    likeness
        Cosine of its signature and the named one's, whitened by the background: -1 to 1.
    amount : (chemical,) [ppm m (K)]
        Fitted together.
    fit : (band,) [the cube's quantity]
        The sum of amount times signature.
    residual : (band,) [the cube's quantity]
        What it leaves, less what the other bands say of the ground there (`clear_of_ground`).
    misfit
        Mean square of what it leaves, whitened, over that of noise and clutter: 1 if it is all.
    """

    chemicals: tuple[str, ...]
    relation: Relation
    probability: float
    likeness: float
    amount: NDArray[np.float64]
    fit: NDArray[np.float64]
    residual: NDArray[np.float64]
    misfit: float


@dataclass(frozen=True, slots=True)
class PlumeSpectrum:
    r"""The mean signal of a plume against its surroundings, and what was fitted to it.

    .. math:: m_b = \frac{\sum_i w_i\,(x_{ib}-\mu_{c(i)b})}{\sum_i w_i}
              - \frac{1}{n_r}\sum_{j \in ring} (x_{jb}-\mu_{c(j)b})

    over the pixels i of the plume's strongest piece, which count by their score w, and those of the
    clean ring around it; μ is the background's mean in the pixel's column c.

    Attributes
    ----------
    band : (band,) int
        Bands used, numbers in the cube from 0.
    wavelength_um : (band,) [um]
        Their centres.
    measured : (band,) [the cube's quantity]
        m.
    background_sd : (band,) [the cube's quantity]
        Standard deviation of the background's means over squares of the search.
    noise_variance
        Of m by noise and clutter, as a part of such a square's.
    signal, signal_sd : (band,) [the cube's quantity]
        The first fit and what it leaves, clear of the ground: what m shows of gas, to be seen
        beside the fits; and its standard deviation.
    fits
        The one that the name rests on first, then partners, runners-up, look-alikes.
    """

    band: NDArray[np.intp]
    wavelength_um: NDArray[np.float64]
    measured: NDArray[np.float64]
    background_sd: NDArray[np.float64]
    noise_variance: float
    signal: NDArray[np.float64]
    signal_sd: NDArray[np.float64]
    fits: tuple[SpectrumFit, ...] = ()

    @property
    def measured_sd(self) -> NDArray[np.float64]:
        """Standard deviation of the measured mean, (band,) [the cube's quantity]."""
        return np.asarray(np.sqrt(self.noise_variance) * self.background_sd)

    @property
    def best(self) -> SpectrumFit | None:
        """The fit that the name rests on, or comes nearest; None if no set of gases fits."""
        first = self.fits[0] if self.fits else None
        return first if first and first.relation in {Relation.NAMED, Relation.NEAREST} else None

    @property
    def runner_up(self) -> SpectrumFit | None:
        """What explains most in the place of the main chemical."""
        return next((one for one in self.fits if one.relation is Relation.RUNNER_UP), None)


@dataclass(frozen=True, slots=True)
class SpectrumReader:
    """Fits chemicals to the mean spectra of plumes.

    Attributes
    ----------
    names : (gas,)
    band : (band,) int
    wavelength_um : (band,) [um]
        Bands used: numbers in the cube, and centres.
    values : (signature, band) [cube's unit / (ppm m (K))]
        Gas of each: its row modulo the number of gases.
    bank
        That whitened them, first of its own.
    prior
    """

    names: tuple[str, ...]
    band: NDArray[np.intp]
    wavelength_um: NDArray[np.float64]
    values: NDArray[np.float64]
    bank: FilterBank
    prior: Prior

    @property
    def whitening(self) -> NDArray[np.float64]:
        """W, (band, band) [1 / cube's unit]."""
        return self.bank.whitening.astype(np.float64)

    def read(
        self,
        measured: NDArray[np.float64],
        noise_variance: float,
        found: Identification,
        main: int,
        *,
        unknown: bool,
    ) -> PlumeSpectrum:
        """Return a plume's spectrum with its fits.

        Parameters
        ----------
        measured : (band,) [cube's unit]
        noise_variance
            Of each whitened band.
        found
            What the spectrum says.
        main
            The gas that the plume is named by, if by any.
        unknown
            Whether a chemical outside the library is more probable.
        """
        whitened = self.whitening @ measured
        product = self.bank.whitened[: len(self.values)] @ whitened
        fitter = _Fitter(self, whitened, product, noise_variance, found)
        named = self._signatures_named(found, main, product)
        relation = Relation.NEAREST if unknown else Relation.NAMED
        fits = [fitter.of(named, relation, named[0])] if named else []
        fits += fitter.others(named)
        left = fits[0].residual if named else clear_of_ground(whitened, self.whitening)[0]
        unit = np.eye(measured.size)
        inverse = solve_triangular(self.whitening, unit, check_finite=False)
        return PlumeSpectrum(
            band=self.band,
            wavelength_um=self.wavelength_um,
            measured=measured,
            background_sd=np.sqrt((inverse**2).sum(axis=1)),
            noise_variance=noise_variance,
            signal=fits[0].fit + left if named else left,
            signal_sd=np.sqrt(noise_variance) * clear_of_ground(whitened, self.whitening)[1],
            fits=tuple(fits),
        )

    def _signatures_named(
        self, found: Identification, main: int, product: NDArray[np.float64]
    ) -> tuple[int, ...]:
        """Return the signatures that the name rests on, the main gas's first; () if no set fits."""
        n_gases = len(self.names)
        if not found.best_set:
            return ()
        chosen = np.flatnonzero(found.amount)
        if main in found.best_set:
            return tuple(sorted(chosen.tolist(), key=lambda s: (s % n_gases != main, s)))
        variants = np.arange(main, len(self.values), n_gases)
        gain = product[variants] ** 2 / np.diag(self.bank.gram)[variants]
        return (int(variants[np.argmax(gain)]),)


@dataclass(frozen=True, slots=True)
class _Fitter:
    """What one spectrum says of sets of signatures."""

    reader: SpectrumReader
    whitened: NDArray[np.float64]
    product: NDArray[np.float64]
    noise_variance: float
    found: Identification

    def of(self, chosen: tuple[int, ...], relation: Relation, named: int) -> SpectrumFit:
        """Return the fit of a set of signatures, the one that it is about first."""
        reader, bank = self.reader, self.reader.bank
        n_gases, scale = len(reader.names), bank.noise_equivalent
        amount = fit_sets(bank.gram, self.product, np.array([chosen]))[0][0]
        left = self.whitened - amount @ bank.whitened[list(chosen)]
        return SpectrumFit(
            chemicals=tuple(reader.names[s % n_gases] for s in chosen),
            relation=relation,
            probability=float(self.found.probability[chosen[0] % n_gases]),
            likeness=float(bank.gram[chosen[0], named] * scale[chosen[0]] * scale[named]),
            amount=amount,
            fit=amount @ reader.values[list(chosen)],
            residual=clear_of_ground(left, reader.whitening)[0],
            misfit=float(left @ left) / (left.size * self.noise_variance),
        )

    def others(self, named: tuple[int, ...]) -> Iterator[SpectrumFit]:
        """Yield the fits of partners, runners-up and look-alikes of the signatures named."""
        n_gases = len(self.reader.names)
        about = named[0] if named else int(np.argmax(self._gain_alone()))
        shown = {s % n_gases for s in named}
        for chosen in self._partners(named) if named else ():
            yield self.of(chosen, Relation.PARTNER, about)
        ways = (
            (Relation.RUNNER_UP, self._by_gain(named), RUNNERS_UP),
            (Relation.LOOK_ALIKE, self._by_likeness(about), LOOK_ALIKES),
        )
        for relation, gases, most in ways:
            for gas in [g for g in gases if g not in shown][:most]:
                chosen, _ = self._best_with(gas, named[1:])
                if chosen:
                    shown.add(gas)
                    yield self.of(chosen, relation, about)

    def _gain_alone(self) -> NDArray[np.float64]:
        """Return what each signature alone explains, (signature,); 0 if its sign is not allowed."""
        gram = self.reader.bank.gram
        gain = self.product**2 / np.diag(gram)[: self.product.size]
        return np.where(self.product * self._sign > 0, gain, 0.0)

    @property
    def _sign(self) -> int:
        """Of amounts: +1 or -1."""
        amounts = self.found.amount[self.found.amount != 0]
        told = self.reader.prior.sign or (int(np.sign(amounts[0])) if amounts.size else 0)
        gain = self.product**2 / np.diag(self.reader.bank.gram)[: self.product.size]
        return told or int(np.sign(self.product[np.argmax(gain)])) or 1

    def _partners(self, named: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """Yield sets with a gas more that is rather there beside the named than in their place."""
        n_gases, prior, probability = (
            len(self.reader.names),
            self.reader.prior,
            self.found.probability,
        )
        likely = [int(g) for g in np.argsort(-probability) if probability[g] >= LEAST_PROBABILITY]
        likely = [g for g in likely if g not in {s % n_gases for s in named}][:PARTNERS]
        variance = self.noise_variance + (
            prior.signature_error**2 * self._gain_alone().max() / SIGNATURE_ERROR_DIRECTIONS
        )
        for gas in likely if len(named) < prior.max_gases else ():
            beside, gain = self._best_with(gas, named)
            _, gain_instead = self._best_with(gas, named[1:])
            if beside and (gain - gain_instead) / (2 * variance) > -np.log(prior.extra_gas):
                yield beside

    def _by_gain(self, named: tuple[int, ...]) -> list[int]:
        """Return the gases that explain anything in the place of the main one, the best first."""
        gains = [self._best_with(gas, named[1:])[1] for gas in range(len(self.reader.names))]
        return [int(gas) for gas in np.argsort(-np.array(gains)) if gains[gas] > 0]

    def _by_likeness(self, about: int) -> list[int]:
        """Return the gases whose signatures are like another, the most alike first."""
        n_gases, bank = len(self.reader.names), self.reader.bank
        cosine = bank.gram[about] * bank.noise_equivalent * bank.noise_equivalent[about]
        likeness = cosine[: self.product.size].reshape(-1, n_gases).max(axis=0)
        return [int(gas) for gas in np.argsort(-likeness) if likeness[gas] >= LEAST_LIKENESS]

    def _best_with(self, gas: int, others: tuple[int, ...]) -> tuple[tuple[int, ...], float]:
        """Return the signature of a gas that explains most beside others, with them, and its gain.

        Nothing, and 0, where an amount has the wrong sign in each, or the gas is one of the others.
        """
        n_gases = len(self.reader.names)
        if gas in {other % n_gases for other in others}:
            return (), 0.0
        sets = np.array([(v, *others) for v in range(gas, len(self.reader.values), n_gases)])
        amount, gain = fit_sets(self.reader.bank.gram, self.product, sets)
        gain = np.where((amount * self._sign > 0).all(axis=1), gain, 0.0)
        best = int(np.argmax(gain))
        return (tuple(sets[best].tolist()), float(gain[best])) if gain[best] > 0 else ((), 0.0)


def clear_of_ground(
    whitened: NDArray[np.float64], whitening: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Return what each band has that the other bands don't predict of the ground.

    .. math:: e_b = \frac{(K^{-1}x)_b}{(K^{-1})_{bb}}, \qquad
              \sigma_b = (K^{-1})_{bb}^{-1/2}

    Parameters
    ----------
    whitened : (band,)
        W x.
    whitening : (band, band) [1 / cube's unit]
        W, with WᵀW = K⁻¹.

    Returns
    -------
    residual, residual_sd : (band,) [cube's unit]

    References
    ----------
    Conditional mean and variance of a Gaussian vector's element; Rue & Held 2005, theorem 2.3.
    """
    precision = (whitening**2).sum(axis=0)
    return (whitening.T @ whitened) / precision, 1.0 / np.sqrt(precision)
