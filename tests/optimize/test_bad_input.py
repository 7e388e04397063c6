"""Facts that no formula likes have a defined answer in the report and on the pages."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from insight.actions.accounts import merge_accounts
from optimize.actions.recompute import recompute
from optimize.models import Experiment
from optimize.queries.readings import read
from optimize.queries.report import report
from tests.factories.execute import DealFactory, ExpenseFactory, TouchFactory
from tests.factories.insight import AccountFactory, ChannelFactory, ContactFactory

pytestmark = pytest.mark.django_db

JANUARY = datetime(2026, 1, 20, 12, tzinfo=UTC)


def touched(channel, *, when=JANUARY, contact=None, **deal):
    """A deal that a channel touched, at a company of its own."""
    made = DealFactory(**deal)
    TouchFactory(
        contact=contact or ContactFactory(account=made.account), channel=channel, occurred_at=when
    )
    return made


def no_spend(channel):
    touched(channel, won=True)
    touched(channel, lost=True)
    return {"roas": "no spend", "romi": "no spend", "cac": "no spend", "spend": "no spend"}


def one_week(channel):
    touched(channel, won=True, created_date=date(2026, 1, 19), closed_date=date(2026, 1, 23))
    return {"pacing": "no approved plan"}


def a_channel_always_zero(channel):
    ExpenseFactory(channel=channel, amount=Decimal(0), date=date(2026, 1, 3))
    return {"roas": "no spend", "romi": "no spend", "win_rate": "no deal"}


def all_deals_lost(channel):
    for _ in range(3):
        touched(channel, lost=True)
    return {
        "mean_deal_amount": "no deal",
        "sales_velocity": "no deal",
        "break_even_uplift": "no won deal",
        "price_dependence": "no won deal",
    }


def a_negative_margin(channel):
    ExpenseFactory(channel=channel, amount=Decimal(10), date=date(2026, 1, 3))
    touched(channel, won=True, net_amount=Decimal(500), cost_amount=Decimal(900))
    return {"break_even_uplift": "no margin"}


def a_touch_after_its_deal_closed(channel):
    touched(channel, won=True, when=datetime(2026, 6, 1, tzinfo=UTC))
    return {"mean_deal_amount": "no deal"}


def a_deal_older_than_its_contact(channel):
    deal = DealFactory(won=True)
    contact = ContactFactory(account=deal.account, lead_date=date(2026, 5, 1))
    TouchFactory(
        contact=contact, channel=channel, kind="lead", occurred_at=datetime(2026, 5, 1, tzinfo=UTC)
    )
    return {"cost_per_lead": "no spend"}


def an_account_merged(channel):
    deal, other = touched(channel, won=True), AccountFactory()
    recompute()
    merge_accounts(account=deal.account, into=other)
    return {"roas": "no spend"}


def a_currency_without_a_rate(channel):
    """What was agreed cannot be converted, so no amount stands on the deal."""
    touched(channel, won=True, list_amount=None, net_amount=None, cost_amount=None)
    return {
        "net_amount": "no amount",
        "margin_amount": "no cost",
        "mean_deal_amount": "no amount",
        "discount_percent": "no list price",
    }


CASES = [
    no_spend,
    one_week,
    a_channel_always_zero,
    all_deals_lost,
    a_negative_margin,
    a_touch_after_its_deal_closed,
    a_deal_older_than_its_contact,
    an_account_merged,
    a_currency_without_a_rate,
]


def _defined(figure):
    """Whether a figure is a finite number, or not known and says why."""
    if isinstance(figure, dict) and "value" not in figure:
        return all(_defined(part) for part in figure.values())
    if isinstance(figure, dict):
        return figure["value"] is not None or bool(figure["reason"])
    return figure is not None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_every_figure_is_a_number_or_says_why_it_is_not_known(case, workspace, sign_in):
    channel = ChannelFactory(name="Fairs")
    reasons = case(channel)
    recompute()
    for model in ("first", "markov"):
        for by in ("channel", "month"):
            for row in report(by=by, model=model):
                told = json.loads(json.dumps(row.as_dict(), allow_nan=False))
                told.pop("id")
                wrong = [name for name, figure in told.items() if not _defined(figure)]
                assert not wrong, (model, by)
        (row,) = (one for one in report(by="channel", model=model) if one.key == "Fairs")
        found = row.as_dict()
        for name, reason in reasons.items():
            assert found[name]["value"] is None, (model, name)
            assert reason in found[name]["reason"], (model, name)
    browser = sign_in("manager")
    days = "range=custom&date_from=2025-06-01&date_to=2026-06-30"
    for page in (f"?by=channel&model=markov&{days}", f"models/?{days}"):
        answer = browser.get(f"/w/{workspace.slug}/optimize/{page}")
        assert answer.status_code == 200
        assert "nan" not in answer.content.decode().lower().split("fairs")[-1][:400]


def test_a_margin_that_is_no_gain_has_no_removal_to_share_it_by(workspace):
    channel = ChannelFactory(name="Fairs")
    ExpenseFactory(channel=channel, amount=Decimal(10), date=date(2026, 1, 3))
    touched(channel, won=True, net_amount=Decimal(500), cost_amount=Decimal(900))
    recompute()
    (row,) = report(by="channel", model="markov")
    assert row.figures.romi.value is None
    assert "removal" in row.figures.romi.reason
    assert row.figures.net_amount == 500
    (row,) = report(by="channel", model="shapley")
    assert row.figures.romi.value == pytest.approx(-41)


def test_touches_of_no_program_are_not_said_to_be_none_at_all(workspace):
    touched(ChannelFactory(name="Calls"), won=True)
    recompute()
    (row,) = report(by="program")
    assert row.key == "(none)"
    assert row.figures.touches == 1
    assert row.figures.attributed_net_amount is None
    assert row.as_dict()["credited"]["net"]["reason"].startswith("no touches of a program")


def test_a_channel_that_won_nothing_yet_is_not_surely_worth_nothing(workspace):
    calls, fairs = ChannelFactory(name="Calls"), ChannelFactory(name="Fairs")
    for _ in range(20):
        touched(calls, won=True, net_amount=Decimal(1000), cost_amount=Decimal(400))
    touched(fairs, lost=True)
    ExpenseFactory(channel=fairs, amount=Decimal(500), date=date(2026, 1, 3))
    recompute()
    for model in ("first", "linear", "markov"):
        found = {row.key: row.figures for row in report(by="channel", model=model)}["Fairs"]
        # Chance alone keeps a count at none whose mean is 1.35, one time in ten.
        assert (found.roas.value, found.roas.low) == (0, 0)
        assert found.roas.high == pytest.approx(1.353 * 1000 / 500, rel=1e-3)
        assert (found.romi.value, found.romi.low) == (-1, -1)
        assert found.romi.high == pytest.approx(1.353 * 600 / 500 - 1, rel=1e-3)


def test_a_mean_of_two_unlike_deals_has_no_interval_that_falls_below_nothing(workspace):
    channel = ChannelFactory(name="Fairs")
    for amount in (Decimal(100), Decimal(10_000)):
        touched(channel, won=True, net_amount=amount)
    recompute()
    (row,) = report(by="channel")
    assert row.figures.mean_deal_amount.value == 5_050
    assert row.figures.mean_deal_amount.low is None
    assert "too few deals" in row.figures.mean_deal_amount.reason


def test_of_a_control_that_lost_no_lift_is_told_as_a_gain(workspace):
    accounts = AccountFactory.create_batch(60)
    for place, account in enumerate(accounts):
        # Half lose ten times as much as the others: of a loss, that is no lift of 900 %.
        lost = (4000 if place % 2 else 400) + place
        day = date(2026, 1, 5) + timedelta(days=place % 20)
        DealFactory(
            account=account,
            won=True,
            created_date=day,
            closed_date=day,
            net_amount=Decimal(500),
            cost_amount=Decimal(500 + lost),
        )
    recompute()
    test = Experiment(
        unit="account",
        metric="margin_amount",
        starts_on=date(2026, 1, 5),
        ends_on=date(2026, 2, 1),
    )
    arms = {str(account.pk): bool(place % 2) for place, account in enumerate(accounts)}
    found = read(test, arms, date(2026, 2, 1))
    assert found.verdict != "treated"
    assert found.value is None
    assert found.reason.startswith("The control lost")
