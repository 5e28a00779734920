"""Sets of signatures fitted at once, against each set by itself."""

from itertools import combinations

import numpy as np
import pytest

from cathartes.detect.identify import fit_sets


@pytest.mark.parametrize("size", [1, 2, 3])
def test_all_sets_at_once_are_fitted_as_each_alone(size: int) -> None:
    generator = np.random.default_rng(8)
    signatures = generator.standard_normal((7, 40))
    signatures[6] = 2 * signatures[5]  # The same thing twice.
    gram, product = signatures @ signatures.T, signatures @ generator.standard_normal(40)
    chosen = np.array(list(combinations(range(7), size)))
    amount, gain = fit_sets(gram, product, chosen)
    for members, fitted, gained in zip(chosen, amount, gain, strict=True):
        alone = np.linalg.lstsq(gram[np.ix_(members, members)], product[members], rcond=1e-10)[0]
        assert fitted == pytest.approx(alone, abs=1e-9)
        assert gained == pytest.approx(product[members] @ alone, abs=1e-9)
