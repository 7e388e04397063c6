"""Response curves in the product: fitted in the background, shown with what they do not know."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from execute.models import Deal, Expense, Outcome
from insight.models import ResponseCurve
from insight.queries.curves import posterior_draws
from ipeo.actions.runs import claim_run, perform_run
from optimize.actions.curves import fit_curves, request_curves, request_curves_where_behind
from optimize.actions.recompute import recompute
from optimize.numerics.curves import fit
from optimize.numerics.curves.forms import FORMS
from optimize.queries.weekly import curves_are_behind, monday_of, weekly_facts
from tests.factories.execute import DealStageFactory
from tests.factories.insight import AccountFactory, ChannelFactory
from tests.factories.plan import ProgramFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 15)


@pytest.fixture
def weeks(workspace):
    """Seventy weeks of two channels, of which one brings deals and one hardly runs."""
    random = np.random.default_rng(3)
    search, fairs = ChannelFactory(name="Search"), ChannelFactory(name="Fairs")
    program = ProgramFactory(channel=search)
    account, stage = AccountFactory(), DealStageFactory()
    expenses, deals = [], []
    first = monday_of(TODAY) - timedelta(weeks=70)
    for week in range(70):
        monday = first + timedelta(weeks=week)
        spend = float(random.gamma(3.0, 400.0))
        # An expense of a program names no channel: the program's is meant.
        expenses.append(_expense(monday, spend, program=program))
        if week % 30 == 5:
            expenses.append(_expense(monday, 800.0, channel=fairs))
        margin = 4000 + 6000 * np.tanh(spend / 1500.0) + random.normal(0, 400)
        deals.append(_deal(account, stage, monday, margin))
    Expense.objects.bulk_create(expenses)
    Deal.objects.bulk_create(deals)
    recompute()
    return search, fairs


def _expense(monday, amount, **of):
    return Expense(
        date=monday + timedelta(days=2),
        amount=Decimal(f"{amount:.2f}"),
        state=Expense.State.ACTUAL,
        **of,
    )


def _deal(account, stage, monday, margin):
    return Deal(
        name=f"Deal of {monday}",
        account=account,
        stage=stage,
        outcome=Outcome.WON,
        created_date=monday + timedelta(days=1),
        closed_date=monday + timedelta(days=20),
        list_amount=Decimal(40000),
        net_amount=Decimal(f"{margin + 20000:.2f}"),
        cost_amount=Decimal(20000),
    )


def test_weeks_run_from_the_first_spend_to_the_last_that_is_over(weeks):
    facts = weekly_facts(on=TODAY)

    assert len(facts.mondays) == 70
    assert facts.mondays[-1] == date(2026, 6, 8)
    assert [name for _, name in facts.channels] == ["Fairs", "Search"]
    assert (facts.spend[1] > 0).all()
    assert facts.kind == ResponseCurve.Outcome.MARGIN
    assert facts.outcome.min() > 0


def test_a_fit_tells_what_a_channel_brings_and_admits_what_it_does_not_know(weeks, sign_in):
    search, _ = weeks

    fit_curves(on=TODAY)

    held = {row.channel.name: row for row in ResponseCurve.objects.select_related("channel")}
    assert held["Search"].is_informed
    found = held["Search"].figures["contribution"]
    assert 0 < found["low"] < found["value"] < found["high"] < 70 * 10_000
    curves = posterior_draws()
    assert {len(one.draws) for one in curves} == {300}
    assert (np.diff(np.median(curves[1].evaluate([200.0, 800.0, 2000.0]), axis=0)) > 0).all()
    client = sign_in("viewer")
    page = client.get(f"/w/{search.workspace.slug}/optimize/curves/").content.decode()
    assert "Search" in page
    assert "80% interval" in page
    one = client.get(f"/w/{search.workspace.slug}/optimize/curves/{search.pk}/")
    assert "Independent draws" in one.content.decode()


def test_money_given_back_is_taken_off_the_weeks_before_it(weeks):
    search, fairs = weeks
    before = weekly_facts(on=TODAY)
    last = before.mondays[-1]
    Expense.objects.bulk_create(
        [
            _expense(last, -float(before.spend[1, -2:].sum()) - 10.0, channel=search),
            # More than was ever spent on it.
            _expense(last, -5000.0, channel=fairs),
        ]
    )
    recompute()

    after = weekly_facts(on=TODAY)

    assert after.spend[1, -2:].tolist() == [0.0, 0.0]
    assert after.spend[1, -3] == pytest.approx(before.spend[1, -3] - 10.0)
    assert (after.spend[1, :-3] == before.spend[1, :-3]).all()
    assert not after.spend[0].any()


def test_chains_that_disagree_make_a_curve_that_is_not_known(weeks, monkeypatch, sign_in):
    def disagreeing(weeks, *, level):
        return replace(fit(weeks, level=level, forms=FORMS[:1], draws=100), rhat=1.2)

    monkeypatch.setattr("optimize.numerics.curves.fit", disagreeing)
    fit_curves(on=TODAY)

    rows = ResponseCurve.objects.all()
    assert {row.is_informed for row in rows} == {False}
    assert all("Not known" in row.reason for row in rows)
    assert [row.figures for row in rows] == [{}, {}]
    search, _ = weeks
    pages = f"/w/{search.workspace.slug}/optimize/curves/"
    for page in (pages, f"{pages}{search.pk}/"):
        text = sign_in("viewer").get(page).content.decode()
        assert "Not known" in text
        assert "Not enough" not in text


def test_too_few_weeks_are_said_and_nothing_is_made_up(workspace, sign_in):
    search = ChannelFactory(name="Search")
    Expense.objects.create(
        channel=search, date=date(2026, 6, 3), amount=Decimal(100), state=Expense.State.ACTUAL
    )
    recompute()

    [row] = fit_curves(on=TODAY)

    assert not row.is_informed
    assert row.figures == {}
    assert row.reason.startswith("Not enough data: ")
    page = sign_in("viewer").get(f"/w/{workspace.slug}/optimize/curves/").content.decode()
    assert "Not known" in page
    assert "Not enough data" in page


def test_a_channel_of_the_first_weeks_alone_is_not_known_and_harms_no_other(weeks, monkeypatch):
    kiosks = ChannelFactory(name="Kiosks")
    _expense(monday_of(TODAY) - timedelta(weeks=69), 9_000.0, channel=kiosks).save()
    recompute()
    seen = []

    def quick(weeks, *, level):
        seen.append(weeks.shape)
        return fit(weeks, level=level, forms=FORMS[:1], draws=20)

    monkeypatch.setattr("optimize.numerics.curves.fit", quick)
    rows = {row.channel.name: row for row in fit_curves(on=TODAY)}
    assert seen == [(1, 2, 70)]
    assert rows["Kiosks"].reason.startswith("Not enough data: it was spent on only in the first")
    assert rows["Kiosks"].figures == {}
    assert rows["Search"].reason != rows["Kiosks"].reason


def test_without_spend_there_is_nothing_to_fit_and_the_page_says_what_is_needed(workspace, sign_in):
    run = perform_run(run=claim_run(run_id=request_curves().pk))

    assert run.state == "failed"
    assert "No spend" in run.error
    page = sign_in("viewer").get(f"/w/{workspace.slug}/optimize/curves/").content.decode()
    assert "No curves yet" in page


def test_a_fit_is_asked_for_once_a_week_has_ended(workspace):
    assert curves_are_behind(on=TODAY)
    first, second = request_curves_where_behind(), request_curves_where_behind()
    assert first is not None
    assert first == second


def test_the_button_asks_for_a_fit_and_only_those_who_may_measure_have_it(workspace, sign_in):
    address = f"/w/{workspace.slug}/optimize/curves/"

    assert sign_in("viewer").post(address).status_code == 403
    client = sign_in("marketer")
    assert client.post(address).status_code == 302
    assert "Fitting the curves" in client.get(address).content.decode()
