"""What the campaign's last cycle hands to the next one's plan."""

from datetime import date
from decimal import Decimal
from urllib.parse import unquote

import pytest

from ipeo.models import Cycle
from ipeo.navigation import link
from ipeo.numerics.estimates import Estimate
from plan.actions.objectives import NothingToCarry, ObjectivesFrozen, carry_objectives
from plan.actions.scenarios import clone_scenario
from plan.models import Objective, Scenario
from plan.queries import evidence
from plan.queries.baselines import baselines_of
from tests.factories.insight import AudienceFactory, DispositionFactory, FindingFactory
from tests.factories.ipeo import CycleFactory
from tests.factories.plan import (
    ObjectiveFactory,
    ProgramPlanFactory,
    ReadyScenarioFactory,
    ScenarioFactory,
)

pytestmark = pytest.mark.usefixtures("workspace")

Metric = Objective.Metric
MEASURED = {
    Metric.WON_MARGIN: Estimate.exact(812_345.4, 44),
    Metric.NET_AMOUNT: Estimate.exact(2_000_000, 44),
    Metric.NEW_CUSTOMERS: Estimate.exact(31, 44),
    Metric.WIN_RATE: Estimate(0.3142, 0.27, 0.36, 140),
    Metric.PIPELINE: Estimate.unknown("nothing was sourced"),
    Metric.VALUE_SHARE: Estimate.unknown("no won deals have both prices"),
}


@pytest.fixture
def last(monkeypatch):
    """A closed cycle that was measured, with two objectives; the next one is in Plan."""
    cycle = CycleFactory(
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 3, 31),
        stage="closed",
        closed_at="2026-04-02T00:00Z",
    )
    ObjectiveFactory(
        cycle=cycle,
        metric=Metric.WIN_RATE,
        target=Decimal("0.4"),
        due_date=date(2026, 3, 31),
        audience=AudienceFactory(name="Hospitals"),
    )
    ObjectiveFactory(cycle=cycle, metric=Metric.VALUE_SHARE, due_date=date(2026, 2, 10))
    found = evidence.Results(cycle.starts_on, cycle.ends_on, MEASURED)
    monkeypatch.setattr(evidence, "_results", [lambda asked: found if asked == cycle else None])
    return cycle


@pytest.fixture
def following(last):
    return CycleFactory(
        campaign=last.campaign,
        number=2,
        stage=Cycle.Stage.PLAN,
        starts_on=date(2026, 4, 1),
        ends_on=date(2026, 6, 29),
    )


def text(response):
    return response.content.decode()


def test_a_cycle_takes_over_what_the_last_one_aimed_at_from_where_that_ended(following):
    rate, share = carry_objectives(cycle=following)

    assert (rate.metric, rate.audience.name) == (Metric.WIN_RATE, "Hospitals")
    assert (rate.baseline, rate.target) == (Decimal("0.314"), None)
    # The last day of the cycle, which this shorter one has not, and a day within it.
    assert (rate.due_date, share.due_date) == (date(2026, 6, 29), date(2026, 5, 10))
    assert share.baseline is None
    with pytest.raises(NothingToCarry):
        carry_objectives(cycle=following)


def test_one_objective_is_carried_over_with_one_click_and_its_target_is_asked_for(
    following, sign_in
):
    client = sign_in("marketer")
    page = text(client.get(link("plan:cycle", following.pk)))
    assert "Objectives of cycle 1" in page
    assert "31.4%" in page
    assert "cycle 1, 1 Jan 2026 to 31 Mar 2026, 80% interval 27% to 36%, n = 140" in page
    assert "No deals of this campaign's programs are decided yet" not in page
    assert "Not known" in page

    address = link("plan:carry_objectives", following.pk)
    went = client.post(address, {"metric": "win_rate"})
    assert went.headers["Location"] == link("plan:objective", Objective.objects.latest("pk").pk)
    asked = text(client.get(went.headers["Location"]))
    assert "the target of cycle 1" in asked
    assert "?target=40%25" in asked

    # The other one is still offered where one is set.
    assert "Share won at list price" in text(client.get(link("plan:new_objective", following.pk)))
    assert client.post(address).headers["Location"] == link("plan:cycle", following.pk)
    assert following.objectives.count() == 2
    assert "Carry over" not in text(client.get(link("plan:cycle", following.pk)))


def test_nobody_carries_into_a_plan_that_was_approved_or_a_cycle_that_is_over(following, sign_in):
    ScenarioFactory(cycle=following, status=Scenario.Status.APPROVED)
    with pytest.raises(ObjectivesFrozen):
        carry_objectives(cycle=following)
    client = sign_in("marketer")
    assert "Carry over" not in text(client.get(link("plan:cycle", following.pk)))
    told = client.post(link("plan:carry_objectives", following.pk), follow=True)
    assert "frozen with the approved scenario" in text(told)
    assert not following.objectives.exists()


def test_what_the_last_cycle_does_not_tell_says_why(following):
    found = baselines_of(following)
    assert list(found) == Metric.values
    assert found["won_margin"].text == "$812,345"
    assert found["value_share"].text == ""
    assert found["value_share"].known_by.startswith("No deals of this campaign")


def test_a_new_objective_begins_from_what_was_measured(following, sign_in):
    client, address = sign_in("marketer"), link("plan:new_objective", following.pk)
    page = text(client.get(address))
    assert 'value="$812,345"' in page
    assert "Measured: $812,345 (cycle 1, 1 Jan 2026 to 31 Mar 2026, n = 44)." in page

    # Another metric brings its own baseline, unless somebody typed one.
    asked = {"metric": "win_rate", "baseline": "$812,345", "measured_for": "won_margin"}
    field = text(client.get(address, asked, headers={"HX-Request": "true"}))
    assert 'value="31.4%"' in field
    assert "<html" not in field
    typed = text(client.get(address, asked | {"baseline": "30%"}))
    assert 'value="30%"' in typed
    unknown = text(client.get(address, asked | {"metric": "value_share"}))
    assert "Not measured: No deals of this campaign" in unknown

    # Without a script the field still holds the other metric's figure.
    assert client.post(address, asked | {"target": "40%"}).status_code == 302
    assert following.objectives.get().baseline == Decimal("0.314")


def test_a_margin_may_begin_below_zero(following, sign_in):
    client, address = sign_in("marketer"), link("plan:new_objective", following.pk)
    typed = {"metric": "won_margin", "baseline": "\N{MINUS SIGN}$5,000", "target": "10,000"}
    assert client.post(address, typed | {"metric": "net_amount"}).status_code == 422
    assert client.post(address, typed).status_code == 302
    assert following.objectives.get().baseline == Decimal(-5000)


def test_a_target_may_lean_on_what_the_plan_is_expected_to_bring(last, sign_in):
    scenario = ReadyScenarioFactory(name="As before")
    objective = scenario.cycle.objectives.get()
    client = sign_in("marketer")
    page = text(client.get(link("plan:objective", objective.pk)))
    assert "expected of “As before”, 80% interval" in page
    suggested = page.partition("?target=")[2].partition('"')[0]
    taken = text(client.get(f"{link('plan:objective', objective.pk)}?target={suggested}"))
    assert f'value="{unquote(suggested)}"' in taken


def test_over_the_api_baselines_are_read_and_objectives_carried_over(following, workspace, sign_in):
    client, headers = sign_in("marketer"), {"IPEO-Workspace": workspace.slug}
    told = client.get(
        "/api/v1/objectives/baselines/", {"cycle": following.pk}, headers=headers
    ).json()
    rate = next(one for one in told if one["metric"] == "win_rate")
    assert rate["measured"] == {"value": 0.3142, "low": 0.27, "high": 0.36, "n": 140}
    assert rate["baseline"] == "0.314"

    def carry(**wish):
        return client.post(
            "/api/v1/objectives/carry-over/",
            {"cycle": following.pk} | wish,
            content_type="application/json",
            headers=headers,
        )

    made = carry(metrics=["win_rate"])
    assert made.status_code == 201
    assert [(one["metric"], one["target"]) for one in made.json()] == [("win_rate", None)]
    assert carry(metrics=["win_rate"]).status_code == 409
    assert [one["metric"] for one in carry().json()] == ["value_share"]


def test_a_plan_carried_over_cites_no_finding_that_the_cycle_turned_down(following, last):
    followed = ScenarioFactory(cycle=last, status=Scenario.Status.APPROVED)
    findings = {
        decision: FindingFactory(campaign=last.campaign)
        for decision in ("adopted", "waiting", "rejected", "not carried")
    }
    for decision, finding in findings.items():
        ProgramPlanFactory(scenario=followed, finding=finding)
        if decision != "not carried":
            reason = "Outdated" if decision == "rejected" else ""
            DispositionFactory(finding=finding, cycle=following, decision=decision, reason=reason)

    copied = clone_scenario(scenario=followed, into=following).program_plans.order_by("position")

    kept = {plan.finding_id for plan in copied}
    assert kept == {findings["adopted"].pk, findings["waiting"].pk, None}
