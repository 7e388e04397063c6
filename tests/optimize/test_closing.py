"""The books close, the gate opens, and the next cycle gets what this one taught."""

from decimal import Decimal

import pytest

from execute.models import Deal, DealDriver, Outcome
from insight.models import Disposition, Finding
from ipeo import stages
from ipeo.actions.campaigns import GateClosed, advance_cycle
from ipeo.models import Cycle
from optimize.actions.advice import decide, refresh_recommendations
from optimize.actions.closing import AlreadyClosed, MeasureFirst, NotInOptimize, close_period
from optimize.actions.fits import refresh_fits
from optimize.actions.learning import record_learnings
from optimize.actions.recompute import recompute
from optimize.models import Period, Recommendation, Snapshot
from plan.models import Forecast
from tests.factories.execute import DriverFactory
from tests.factories.plan import ScenarioFactory
from tests.optimize.scene import TODAY, company

pytestmark = pytest.mark.django_db


def _measured(stage=Cycle.Stage.OPTIMIZE):
    cycle, worn, steady = company(stage=stage)
    recompute()
    refresh_fits(on=TODAY)
    refresh_recommendations(cycle=cycle, on=TODAY)
    return cycle, worn, steady


def _messages(cycle):
    return " ".join(blocker.message for blocker in stages.stage("optimize").gate(cycle))


def test_the_gate_asks_for_a_measurement_decisions_and_a_closed_period(workspace, member):
    cycle, *_ = company()
    assert "measured" in _messages(cycle)
    recompute()
    refresh_fits(on=TODAY)
    refresh_recommendations(cycle=cycle, on=TODAY)
    assert "Decide on" in _messages(cycle)
    assert "Close the period" in _messages(cycle)

    for row in Recommendation.objects.filter(cycle=cycle):
        decide(recommendation=row, decision="accepted", by=member("manager"))
    assert "Decide on" not in _messages(cycle)
    close_period(cycle=cycle, by=member("manager"))

    assert _messages(cycle) == ""


def test_a_fact_that_comes_after_the_measurement_closes_the_gate_again(workspace):
    cycle, *_ = _measured()

    Deal.objects.filter(outcome=Outcome.WON).first().delete()

    assert "Measure again" in _messages(cycle)


def test_a_period_is_closed_once_and_the_second_is_told(workspace, member):
    cycle, *_ = _measured()
    close_period(cycle=cycle, by=member("manager"))

    with pytest.raises(AlreadyClosed, match="already closed this period"):
        close_period(cycle=cycle, by=member("owner"))

    assert Period.objects.count() == 1


def test_closed_figures_do_not_move_when_facts_come_late(workspace, member):
    cycle, *_ = _measured()
    closed = close_period(cycle=cycle, by=member("manager")).figures

    Deal.objects.filter(outcome=Outcome.WON).update(net_amount=Decimal(1))
    recompute()

    assert Period.objects.get().figures == closed
    assert stages.stage("optimize").handoff(cycle)["figures"] == closed


def test_a_period_is_not_closed_before_facts_are_measured(workspace, member):
    cycle, *_ = company()

    with pytest.raises(MeasureFirst):
        close_period(cycle=cycle, by=member("manager"))


def test_a_period_is_not_closed_while_facts_wait_to_be_measured(workspace, member):
    cycle, *_ = _measured()
    Deal.objects.filter(outcome=Outcome.WON).first().delete()

    with pytest.raises(MeasureFirst, match="Measure again"):
        close_period(cycle=cycle, by=member("manager"))


def test_a_period_is_not_closed_while_the_cycle_is_in_execute(workspace, member):
    cycle, *_ = _measured(stage=Cycle.Stage.EXECUTE)

    with pytest.raises(NotInOptimize, match="Execute"):
        close_period(cycle=cycle, by=member("manager"))


def test_the_closed_gate_keeps_the_cycle_in_optimize(workspace, member):
    cycle, *_ = _measured()

    with pytest.raises(GateClosed):
        advance_cycle(cycle=cycle, by=member("manager"))


def _close(cycle, member):
    for row in Recommendation.objects.filter(cycle=cycle, state="waiting"):
        decide(recommendation=row, decision="rejected", reason="Not now", by=member("manager"))
    close_period(cycle=cycle, by=member("manager"))
    advance_cycle(cycle=cycle, by=member("manager"))
    return Cycle.objects.get(campaign=cycle.campaign, number=cycle.number + 1)


def test_what_a_cycle_taught_awaits_a_decision_in_the_next_one(workspace, member):
    cycle, worn, _ = _measured()
    price = DriverFactory(name="Price")
    for deal in Deal.objects.filter(outcome=Outcome.LOST, closed_date__gte=cycle.starts_on)[:9]:
        DealDriver.objects.create(deal=deal, driver=price)

    following = _close(cycle, member)

    findings = {(one.kind, one.subject_key): one for one in Finding.objects.all()}
    wear = findings["wear", f"program-{worn.pk}"]
    assert "Webinar has been wearing out since" in wear.statement
    assert wear.evidence["facts"][0]["low"] < wear.evidence["facts"][0]["value"]
    assert wear.expires_on is not None
    kept = Snapshot.objects.get(kind="wear", subject_key=f"program-{worn.pk}")
    assert wear.evidence_url.endswith(f"/optimize/evidence/{kept.pk}/")
    assert f"/optimize/programs/{worn.pk}/" in kept.content["now"]
    assert kept.content["wear"]["fitted"]
    kinds = {kind for kind, _ in findings}
    assert {"wear", "return", "loss_driver", "price", "decision"} <= kinds
    assert "9 of 9" in findings["loss_driver", f"driver-{price.pk}"].statement
    waiting = Disposition.objects.filter(cycle=following, decision="waiting", carried=True)
    assert waiting.count() == len(findings)


def test_recording_twice_records_once(workspace, member):
    cycle, *_ = _measured()
    following = _close(cycle, member)
    count = Finding.objects.count()
    cycle.refresh_from_db()

    record_learnings(cycle, following, member("manager"))

    assert count > 0
    assert Finding.objects.count() == count


def test_the_frozen_forecast_is_scored_against_what_was_won(workspace, member):
    cycle, *_ = _measured()
    scenario = ScenarioFactory(cycle=cycle, status="approved")
    forecast = Forecast.objects.create(
        scenario=scenario,
        metric="won_margin",
        expected=Decimal(10**9),
        low=Decimal(9 * 10**8),
        high=Decimal(2 * 10**9),
    )

    _close(cycle, member)

    forecast.refresh_from_db()
    assert forecast.scored_at is not None
    assert 0 < forecast.actual < forecast.low
    assert "below the interval" in Finding.objects.get(kind="forecast").statement
