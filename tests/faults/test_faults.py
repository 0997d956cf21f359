"""A fair sample of the faults of ``python -m tests.faults``: every kind of call and error, in every situation."""

from __future__ import annotations

import pytest

from faults.campaign import Campaign, sample
from faults.injection import why_not
from faults.situations import SITUATIONS

KILLS, REFUSALS = 7, 16
"""So many are injected in each situation here; the whole takes half an hour."""


@pytest.fixture(scope="module", params=SITUATIONS)
def campaign(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    return Campaign(request.param, tmp_path_factory.mktemp("campaign"))


def test_a_build_that_is_killed_breaks_nothing(campaign: Campaign) -> None:
    outcomes = [campaign.inject(fault) for fault in sample(KILLS, campaign.kills())]
    assert sum(outcome.struck for outcome in outcomes) > len(outcomes) // 2
    assert [(str(each.fault), each.broke) for each in outcomes if each.struck and each.broke] == []


def test_a_call_that_fails_breaks_nothing(campaign: Campaign) -> None:
    outcomes = [campaign.inject(fault) for fault in sample(REFUSALS, campaign.refusals())]
    assert sum(outcome.struck for outcome in outcomes) > len(outcomes) // 2
    assert [(str(each.fault), each.broke) for each in outcomes if each.struck and each.broke] == []
