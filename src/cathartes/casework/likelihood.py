"""Probabilities in words: the calibrated language of the IPCC, each word once.

References
----------
Mastrandrea et al. 2010, "Guidance note for lead authors of the IPCC Fifth Assessment Report on
consistent treatment of uncertainties", table 1.
"""

from typing import Literal, TypeAlias

Likelihood: TypeAlias = Literal[
    "virtually certain", "very likely", "likely", "about as likely as not", "unlikely",
    "very unlikely", "exceptionally unlikely",
]  # fmt: skip
_LEAST: tuple[tuple[float, Likelihood], ...] = (
    (0.99, "virtually certain"), (0.90, "very likely"), (0.66, "likely"),
    (0.33, "about as likely as not"), (0.10, "unlikely"), (0.01, "very unlikely"),
)  # fmt: skip
"""From which probability on a word is used."""


def likelihood(probability: float) -> Likelihood:
    """Return a probability, as it is printed with two digits, in a word."""
    told = round(probability, 2)
    return next((word for least, word in _LEAST if told >= least), "exceptionally unlikely")
