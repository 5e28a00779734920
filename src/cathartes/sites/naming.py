r"""How the names that looks give to what is at one place fit a source, and ground.

A source gives off few gases, so that looks soon name one of them again; ground that looks like a
gas does so by its spectrum and the day's air, and may be named anew each time. For n looks with k
different names both follow Ewens' law, with different parameters:

.. math:: P(n_1, \dots, n_k) = \frac{\theta^k}{\theta (\theta+1) \cdots (\theta+n-1)}
          \prod_j (n_j - 1)!

References
----------
Ewens 1972, doi:10.1016/0040-5809(72)90035-4.
"""

from math import lgamma, log


def log_naming_ratio(n_looks: int, n_names: int, false_names: float, source_names: float) -> float:
    r"""Return how much better names fit ground that is named anew than a source, logarithm.

    The product over names is the same for both, and cancels. One look tells nothing.

    Parameters
    ----------
    n_looks, n_names
        Looks that name something, and different names among these.
    false_names, source_names
        :math:`\theta` of each: the larger, the more names.
    """
    return _log_prior(n_looks, n_names, false_names) - _log_prior(n_looks, n_names, source_names)


def _log_prior(n: int, k: int, theta: float) -> float:
    return k * log(theta) - lgamma(theta + n) + lgamma(theta)
