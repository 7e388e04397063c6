"""An outcome says what decided the deal, and at what price."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from execute.actions import outcomes, setup
from execute.models import Deal, DealDriver, Driver
from ipeo.actions.versions import EditedMeanwhile
from ipeo.models import AuditEvent
from tests.factories.execute import DealFactory, DriverFactory, MaterialFactory
from tests.factories.insight import CompetitorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def drivers(workspace):
    setup.ensure_defaults()
    return {driver.name: driver for driver in Driver.objects.all()}


@pytest.fixture
def log(member, drivers):
    def go(deal, **values):
        given = {"outcome": "won", "drivers": [drivers["Fit"]], "by": member("sales_rep")}
        return outcomes.log_outcome(deal=deal, **(given | values))

    return go


def test_a_won_deal_closes_today_at_its_price(log, drivers, member):
    material = MaterialFactory()
    deal = DealFactory(list_amount=Decimal(48000))
    won = log(
        deal,
        drivers=[drivers["Payback proof"], drivers["Price"]],
        net_amount=Decimal(46500),
        materials=[material],
        note=" They counted twice. ",
    )
    assert (won.outcome, won.stage.outcome, won.closed_date) == ("won", "won", timezone.localdate())
    assert round(won.discount, 4) == Decimal("0.0312")
    assert (won.outcome_by, won.outcome_note) == (member("sales_rep"), "They counted twice.")
    ranks = DealDriver.objects.order_by("rank").values_list("driver__name", "rank")
    assert list(ranks) == [("Payback proof", 1), ("Price", 2)]
    assert list(won.helped_by.all()) == [material]
    assert won.stage_changes.get().stage == won.stage
    assert won.version == deal.version + 1


@pytest.mark.parametrize("outcome", ["won", "lost", "no_decision"])
def test_a_deal_needs_a_reason_however_it_ended(log, outcome):
    with pytest.raises(outcomes.ReasonMissing):
        log(DealFactory(), outcome=outcome, drivers=[])
    assert Deal.objects.get().outcome == "open"


def test_price_alone_is_no_reason(log, drivers):
    with pytest.raises(outcomes.SecondReasonMissing):
        log(DealFactory(), outcome="lost", drivers=[drivers["Price"]])


def test_a_reason_must_fit_the_outcome(log, drivers):
    with pytest.raises(outcomes.ReasonDoesNotFit):
        log(DealFactory(), outcome="won", drivers=[drivers["No budget"]])


def test_a_deal_is_won_at_a_price(log):
    with pytest.raises(outcomes.NetAmountMissing):
        log(DealFactory(net_amount=None))
    assert log(DealFactory(net_amount=Decimal(950))).net_amount == Decimal(950)


def test_a_lost_deal_needs_no_price_and_keeps_its_rival(log):
    rival = CompetitorFactory()
    lost = log(DealFactory(net_amount=None), outcome="lost", competitor=rival)
    assert (lost.outcome, lost.competitor) == ("lost", rival)


def test_a_won_deal_has_no_rival(log):
    assert log(DealFactory(), competitor=CompetitorFactory()).competitor is None


def test_open_is_no_outcome(log):
    with pytest.raises(outcomes.OutcomeRefused):
        log(DealFactory(), outcome="open")


def test_a_deal_does_not_end_tomorrow(log):
    with pytest.raises(outcomes.ClosedInFuture):
        log(DealFactory(), closed_date=timezone.localdate() + timedelta(days=1))
    assert log(DealFactory(), closed_date=date(2026, 2, 3)).closed_date == date(2026, 2, 3)


def test_a_draft_material_cannot_have_helped(log):
    with pytest.raises(outcomes.MaterialNotApproved):
        log(DealFactory(), materials=[MaterialFactory(status="draft")])


def test_an_outcome_can_be_corrected_and_both_stand_in_the_audit(log, drivers):
    deal = DealFactory()
    log(deal, closed_date=date(2026, 2, 3))
    lost = log(deal, outcome="lost", drivers=[drivers["Trust"], drivers["Fit"]])
    assert (lost.outcome, lost.closed_date) == ("lost", date(2026, 2, 3))
    assert list(lost.deal_drivers.order_by("rank").values_list("driver__name", flat=True)) == [
        "Trust",
        "Fit",
    ]
    stages = [change.stage.outcome for change in lost.stage_changes.order_by("pk")]
    assert stages == ["won", "lost"]
    told = [
        event.changes["outcome"]
        for event in AuditEvent.objects.filter(table_name="execute_deal", row_id=deal.pk).order_by(
            "pk"
        )
        if "outcome" in event.changes
    ]
    assert told[1:] == [["open", "won"], ["won", "lost"]]


def test_an_outcome_logged_meanwhile_is_not_overwritten(log):
    deal = DealFactory()
    log(deal, version=1)
    with pytest.raises(EditedMeanwhile) as caught:
        log(deal, outcome="lost", version=1)
    assert caught.value.current.outcome == "won"


def test_the_same_driver_named_twice_counts_once(log):
    driver = DriverFactory()
    log(DealFactory(), drivers=[driver, driver])
    assert DealDriver.objects.get().rank == 1
