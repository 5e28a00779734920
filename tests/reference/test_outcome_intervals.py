"""Intervals of shares and of waits against numbers from the literature.

Rationale: both are textbook methods whose worked examples are known to every digit that is printed.

Wilson: Newcombe 1998, "Two-sided confidence intervals for the single proportion", doi:10.1002/
(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I, method 3, level 0.95. The
tolerance is half a unit of the last digit printed there.

Kaplan and Meier, Brookmeyer and Crowley: weeks of remission of Freireich et al. 1963 (Blood 21,
699), with and without 6-mercaptopurine; medians 23 and 8, the log-log interval of 95 % of SAS' PROC
LIFETEST 13 to no end, and 4 to 11.
"""

import numpy as np
import pytest

from cathartes.casework.intervals import wait, wilson

RELAPSED = (6, 6, 6, 7, 10, 13, 16, 22, 23)
STILL_WELL = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
PLACEBO = (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)


@pytest.mark.parametrize(
    ("n", "of", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson(n, of, low, high):
    assert wilson(n, of, 0.95) == pytest.approx((low, high), abs=5e-5)


def test_those_who_were_treated():
    found = wait(RELAPSED, STILL_WELL, 0.95)
    assert (found.n_done, found.n_waiting) == (9, 12)
    assert (found.median_days, found.low_days, found.high_days) == (23, 13, None)


def test_those_who_had_placebo():
    found = wait(PLACEBO, (), 0.95)
    assert (found.median_days, found.low_days, found.high_days) == (8, 4, 11)


def test_without_anybody_waiting_it_is_the_lower_median():
    days = np.random.default_rng(5).exponential(20, 101)
    assert wait(days, ()).median_days == pytest.approx(float(np.median(days)))


def test_to_leave_out_who_waits_is_to_be_short():
    assert wait(RELAPSED, ()).median_days == 10
    assert wait(RELAPSED, STILL_WELL).median_days == 23
