"""An experiment's page says how it is split: at random, from a list, or by the regions chosen."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from insight.models import Account
from ipeo.navigation import link
from optimize.actions import experiments as actions
from optimize.models import Experiment

pytestmark = pytest.mark.django_db

AT_RANDOM = ("Random", "No one is assigned yet. Starting assigns units at random, once.")
FROM_A_LIST = ("From a list", "The list says who is treated. Starting locks it.", "its list are")
BY_REGION = ("Chosen regions", "Starting locks the regions you chose.", "Regions: North, West")


def _draft(**more):
    given = {
        "name": "Letter", "treatment": "A letter", "unit": "account", "metric": "opened",
        "smallest_lift": 0.5, "weeks": 4,
    }  # fmt: skip
    return actions.save_experiment(experiment=Experiment(**given | more), by=None)


@pytest.fixture
def accounts(workspace):
    return Account.objects.bulk_create(
        Account(name=f"{region} {place}", region=region)
        for region in ("North", "South", "West", "East")
        for place in range(2)
    )


@pytest.mark.parametrize("split", ["random", "list", "region"])
def test_a_draft_says_who_will_be_treated_and_nothing_of_another_split(accounts, sign_in, split):
    draft = _draft(unit="region", regions=["North", "West"]) if split == "region" else _draft()
    if split == "list":
        lines = (f"{one.pk},{'treated' if one.pk % 2 else 'control'}" for one in accounts)
        actions.take_list(experiment=draft, content="\n".join(["unit,arm", *lines]).encode())
    text = sign_in("marketer").get(link("optimize:experiment", draft.pk)).content.decode()

    said = {"random": AT_RANDOM, "list": FROM_A_LIST, "region": BY_REGION}
    for line in said.pop(split):
        assert line in text
    for other in said.values():
        assert other[1] not in text
    assert ("Back to random split" in text) is (split == "list")


def test_a_finished_tests_arms_show_their_shares_with_interval_and_sample(workspace, sign_in):
    draft = _draft(unit="person", metric="responded")
    kept = {"verdict": "none", "level": 0.95, "through": "2026-05-28", "value": 0.5,
            "n_treated": 40, "n_control": 50, "treated": 0.15, "control": 0.1}  # fmt: skip
    Experiment.objects.filter(pk=draft.pk).update(
        state="stopped",
        decision="open",
        stopped_at=timezone.now(),
        starts_on=date(2026, 5, 1),
        ends_on=date(2026, 5, 28),
        result=kept,
    )
    text = sign_in("viewer").get(link("optimize:experiment", draft.pk)).content.decode()

    # Jeffreys: the 2.5 % and 97.5 % points of Beta(6.5, 34.5) and of Beta(5.5, 45.5).
    assert "95% interval 6.5% to 28.3%, n = 40" in text
    assert "95% interval 3.9% to 20.5%, n = 50" in text


def test_a_running_test_of_regions_shows_no_arms_before_its_first_week(accounts, sign_in):
    draft = _draft(unit="region", metric="net_amount", regions=["North", "West"])
    Experiment.objects.filter(pk=draft.pk).update(
        state="running", starts_on=date.today(), ends_on=date.today() + timedelta(days=27)
    )
    text = sign_in("manager").get(link("optimize:experiment", draft.pk)).content.decode()

    assert "Results so far" in text
    assert "Chosen regions" in text
    assert "A fair random split" not in text
    assert "Use this list" not in text
