"""What one partner answered is no other partner's to know: a release is of what was seen alone."""

from dataclasses import replace

import pytest
from scipy.special import expit, logit

import made_up_release as made_up
from cathartes.casework.partner import Field
from cathartes.casework.redaction import content_for
from cathartes.sites.site import EvidenceKind, EvidenceLine


@pytest.mark.parametrize("log_odds", [2.8, -1.8])
def test_an_answer_changes_nothing_of_what_is_told(log_odds):
    line = EvidenceLine(EvidenceKind.RESPONSE, log_odds, "canary evidence", "R-9", made_up.SEEN_UTC)
    site = made_up.site()
    low, middle, high = (
        float(expit(logit(one) + log_odds))
        for one in (site.probability_low, site.probability, site.probability_high)
    )
    answered = replace(
        site, evidence=(*site.evidence, line), probability=middle, probability_low=low,
        probability_high=high,
    )  # fmt: skip
    before, after = (
        content_for(made_up.partner(*Field), replace(made_up.material(), site=one)).finding
        for one in (site, answered)
    )
    assert after == before
