"""The report: every figure by channel, program, rep and month, or the reason it is not known."""

import json
import random
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from execute.models import Expense, Touch
from optimize.actions.recompute import recompute
from optimize.numerics.figures import NO_PLAN
from optimize.queries import measures
from optimize.queries.measures import Slice
from optimize.queries.report import BREAKDOWNS, UnknownBreakdown, UnknownModel, report
from optimize.queries.slices import Days
from plan.models import BudgetLine, Scenario
from tests.factories.execute import DealFactory, ExpenseFactory, TouchFactory
from tests.factories.insight import ChannelFactory, ContactFactory, ProductFactory
from tests.factories.ipeo import CampaignFactory, CycleFactory, MembershipFactory
from tests.factories.plan import (
    BudgetLineFactory,
    ProgramFactory,
    ProgramPlanFactory,
    ScenarioFactory,
)

pytestmark = pytest.mark.django_db

JANUARY = datetime(2026, 1, 20, 12, tzinfo=UTC)


def rows_by_key(**wanted):
    return {row.key: row.figures for row in report(**wanted)}


def lead(channel, **deal):
    """A person whose source the CRM knows, with a deal where one is given."""
    contact = ContactFactory(account=None, lead_date=date(2026, 1, 20))
    if channel is not None:
        TouchFactory(
            contact=contact, account=None, channel=channel, kind="lead", occurred_at=JANUARY
        )
    if deal:
        DealFactory(account=None, contact=contact, **deal)
    return contact


@pytest.fixture
def searching(workspace):
    """Organic search with five leads of which two were won, and one without a source, won."""
    organic, unknown = ChannelFactory(name="organic search"), ChannelFactory(name="unknown")
    for _ in range(3):
        lead(organic)
    for _ in range(2):
        lead(organic, won=True)
    lead(unknown, won=True)
    lead(None, won=True)
    recompute()
    return organic


def test_leads_and_deals_count_under_the_channel_that_came_first(searching):
    by = rows_by_key(by="channel")
    assert (by["organic search"].leads, by["organic search"].deals_won) == (5, 2)
    assert (by["unknown"].leads, by["unknown"].deals_won) == (1, 1)


def test_a_lead_without_a_source_stands_apart_from_a_channel_named_unknown(searching):
    rows = report(by="channel")
    assert rows[-1].key == "(none)"
    assert (rows[-1].figures.leads, rows[-1].figures.deals_won) == (1, 1)


def test_cost_per_lead_is_not_known_where_no_spend_is(searching):
    found = report(by="channel")[0].as_dict()
    nothing = {"value": None, "low": None, "high": None, "n": 0}
    assert found["spend"] == nothing | {"reason": "no spend recorded"}
    for name in ("cost_per_lead", "roas", "romi", "cac"):
        assert found[name]["value"] is None
        assert found[name]["reason"]


def test_spend_of_nothing_on_record_is_not_a_cost_of_nothing(searching):
    ExpenseFactory(channel=searching, amount=Decimal(500), date=date(2026, 1, 3))
    recompute()
    found = rows_by_key(by="channel")["organic search"]
    assert found.spend == 500
    assert found.cost_per_lead.value == pytest.approx(100)
    assert found.roas.value == pytest.approx(2 * 950 / 500)
    assert found.roas.low < found.roas.value < found.roas.high
    assert found.romi.value == pytest.approx((2 * 350 - 500) / 500)


def test_spend_of_a_program_is_its_channels_spend(workspace):
    program = ProgramFactory()
    ExpenseFactory(channel=None, program=program)
    recompute()
    assert rows_by_key(by="channel")[program.channel.name].spend == 500
    assert rows_by_key(by="program")[program.name].spend == 500
    assert rows_by_key(by="campaign")[program.campaign.name].spend == 500


@pytest.fixture
def planned(workspace):
    """A cycle of January and February 2026, 10,000 planned a month, 4,000 and 5,000 spent."""
    cycle = CycleFactory(starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 28))
    scenario = ScenarioFactory(cycle=cycle, status=Scenario.Status.APPROVED)
    plan = ProgramPlanFactory(scenario=scenario)
    for month in (1, 2):
        BudgetLineFactory(program_plan=plan, month=date(2026, month, 1))
    draft = ProgramPlanFactory(scenario=ScenarioFactory(cycle=cycle), program=plan.program)
    BudgetLineFactory(program_plan=draft, amount=Decimal(70_000))
    spent = [(date(2026, 1, 10), 4000), (date(2026, 2, 10), 5000), (date(2025, 12, 10), 900)]
    for day, amount in spent:
        ExpenseFactory(channel=None, program=plan.program, date=day, amount=Decimal(amount))
    wish = {"state": Expense.State.PLANNED, "amount": Decimal(333), "date": date(2026, 1, 5)}
    ExpenseFactory(channel=None, program=plan.program, **wish)
    recompute()
    return plan.program


def test_spend_is_paced_against_the_approved_plan_of_its_cycle(planned):
    names = {"channel": planned.channel.name, "program": planned.name, "all": "all"}
    for by, name in names.items():
        found = rows_by_key(by=by)[name]
        assert found.planned_spend == 20_000
        assert found.pacing.value == pytest.approx(9000 / 20_000)
    months = rows_by_key(by="month")
    assert months["2026-01"].pacing.value == pytest.approx(0.4)
    assert (months["2025-12"].planned_spend, months["2025-12"].pacing.reason) == (None, NO_PLAN)


def test_a_range_of_days_is_paced_against_its_share_of_a_months_plan(planned):
    days = {"date_from": date(2026, 2, 1), "date_to": date(2026, 2, 14)}
    found = rows_by_key(by="program", **days)[planned.name]
    assert found.planned_spend == 5000
    assert found.pacing.value == pytest.approx(1.0)


def test_a_plan_still_to_come_is_planned_and_not_yet_paced(planned):
    lines = BudgetLine.objects.filter(program_plan__scenario__status=Scenario.Status.APPROVED)
    lines.filter(month=date(2026, 2, 1)).update(month=date(2100, 2, 1))
    found = rows_by_key(by="program")[planned.name]
    assert found.planned_spend == 20_000
    assert found.pacing.value == pytest.approx(9000 / 10_000)
    assert "2100-02" not in rows_by_key(by="month")


def test_what_is_not_kept_by_rep_says_so_of_its_plan_too(planned):
    DealFactory(won=True)
    recompute()
    (row,) = report(by="rep")
    for name in ("planned_spend", "pacing"):
        assert row.as_dict()[name]["reason"] == "touches and spend are not recorded by rep"


def test_a_lost_deals_zero_enters_no_mean(workspace):
    DealFactory(won=True, net_amount=Decimal(800))
    DealFactory(won=True, net_amount=Decimal(1000))
    DealFactory(lost=True, net_amount=Decimal(0))
    DealFactory()
    recompute()
    (row,) = report(by="all")
    found = row.figures
    assert row.key == "all"
    assert (found.deals_won, found.deals_lost, found.deals_open) == (2, 1, 1)
    assert (found.net_amount, found.list_amount) == (1800, 2000)
    assert found.mean_deal_amount.value == 900
    assert found.win_rate.value == pytest.approx(2 / 3)
    assert found.win_rate.n == 3
    assert found.price_realization.value == pytest.approx(0.9)
    assert found.discount_percent.value == pytest.approx(10)
    assert found.mean_cycle_days.value == 50


def test_a_margin_without_costs_is_not_known_and_says_so(workspace):
    DealFactory(won=True, cost_amount=None)
    recompute()
    found = report(by="all")[0].as_dict()
    assert found["margin_amount"]["value"] is None
    assert found["margin_amount"]["reason"] == "no cost is recorded on these deals"


def test_no_deals_at_all_give_no_rate(workspace):
    recompute()
    (row,) = report(by="all")
    assert row.figures.win_rate.value is None
    assert json.loads(json.dumps(row.as_dict()))["deals_won"] == 0


def test_a_deal_is_shared_under_linear_and_whole_under_first(workspace):
    deal = DealFactory(won=True)
    contact = ContactFactory(account=deal.account)
    early = TouchFactory(contact=contact, occurred_at=JANUARY)
    late = TouchFactory(contact=contact)
    recompute()
    first, linear = rows_by_key(by="channel"), rows_by_key(by="channel", model="linear")
    assert first[early.channel.name].deals_won == 1
    assert first[late.channel.name].deals_won == 0
    assert first[late.channel.name].influenced_deals == 1
    assert linear[late.channel.name].deals_won == 0.5
    assert linear[late.channel.name].attributed_net_amount == 475
    assert linear[late.channel.name].mean_deal_amount.value == 950


def test_a_campaign_influences_a_deal_once_however_many_of_its_programs_touched_it(workspace):
    campaign = CampaignFactory()
    deal = DealFactory(won=True)
    contact = ContactFactory(account=deal.account)
    for _ in range(2):
        TouchFactory(contact=contact, program=ProgramFactory(campaign=campaign))
    recompute()
    assert rows_by_key(by="campaign")[campaign.name].influenced_deals == 1
    assert measures.key_figures(Slice(campaign=campaign)).influenced_deals == 1


def test_a_program_that_sells_on_price_is_told_from_one_that_does_not(workspace):
    cheap, fair = ProgramFactory(), ProgramFactory()
    for program, net in ((cheap, 700), (fair, 990)):
        for _ in range(20):
            deal = DealFactory(won=True, net_amount=Decimal(net))
            TouchFactory(contact=ContactFactory(account=deal.account), program=program)
    recompute()
    by = rows_by_key(by="program")
    assert by[cheap.name].price_dependence.low > 0.6
    assert by[fair.name].price_dependence.high < 0.4


def test_reps_are_named_and_spend_by_rep_is_not_known(workspace, member):
    rep = MembershipFactory(workspace=workspace, role="sales_rep", name="Ada Rep")
    DealFactory(won=True, owner=rep)
    DealFactory(lost=True, owner=None)
    recompute()
    rows = report(by="rep")
    assert [row.key for row in rows] == ["Ada Rep", "(none)"]
    assert rows[0].figures.why["spend"] == "touches and spend are not recorded by rep"


def test_months_are_in_their_order(workspace):
    DealFactory(won=True)
    DealFactory(won=True, closed_date=date(2026, 1, 31))
    recompute()
    assert [row.key for row in report(by="month")] == ["2026-01", "2026-03"]


@pytest.fixture
def busy(workspace):
    """Some dozens of deals and touches, of one quarter, at random."""
    dice = random.Random(3)
    programs = [ProgramFactory(campaign=CampaignFactory()) for _ in range(2)]
    products = [ProductFactory() for _ in range(2)]
    rep = MembershipFactory(workspace=workspace, role="sales_rep")
    for _ in range(40):
        deal = DealFactory(
            outcome=dice.choice(["won", "lost"]),
            closed_date=date(2026, dice.randrange(1, 4), dice.randrange(1, 29)),
            net_amount=Decimal(dice.randrange(70_000, 100_000)) / 100,
            product=dice.choice(products),
            owner=dice.choice([None, rep]),
        )
        contact = ContactFactory(account=deal.account, lead_date=date(2026, 2, 2))
        for _ in range(dice.randrange(3)):
            TouchFactory(
                contact=contact,
                program=dice.choice([None, *programs]),
                occurred_at=datetime(2026, 1, dice.randrange(1, 28), tzinfo=UTC),
            )
    recompute()


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 1, 10), date(2026, 3, 20)),
        (date(2026, 1, 10), None),
    ],
    ids=["whole months", "edges of days", "an open end"],
)
def test_facts_day_by_day_give_the_same_numbers_as_the_totals(busy, first, last, monkeypatch):
    asked = [(by, model) for by in BREAKDOWNS for model in ("first", "markov")]

    def told() -> dict[tuple[str, str], list[dict[str, object]]]:
        return {
            (by, model): [
                row.as_dict() for row in report(by=by, model=model, date_from=first, date_to=last)
            ]
            for by, model in asked
        }

    from_totals = told()
    monkeypatch.setattr(Days, "split", lambda days: (None, (days,)))
    assert told() == from_totals
    assert all(len(rows) > (by != "all") for (by, _), rows in from_totals.items())


def test_two_halves_of_a_month_add_up_to_it(busy):
    def won(first, last):
        return report(by="all", date_from=first, date_to=last)[0].figures.net_amount

    halves = won(date(2026, 2, 1), date(2026, 2, 14)) + won(date(2026, 2, 15), date(2026, 2, 28))
    assert halves == won(date(2026, 2, 1), date(2026, 2, 28)) != 0


def test_the_credit_of_all_programs_is_the_won_amount(busy):
    for model in ("first", "linear", "time_decay", "markov", "shapley"):
        credited = sum(row.figures.net_amount for row in report(by="program", model=model))
        assert credited == report(by="all")[0].figures.net_amount


def test_an_unknown_breakdown_or_model_is_refused(workspace):
    with pytest.raises(UnknownBreakdown, match="moon"):
        report(by="moon")
    with pytest.raises(UnknownModel, match="guess"):
        report(by="channel", model="guess")


def test_the_command_prints_rows(searching, workspace, capsys):
    call_command("report", workspace=workspace.slug, by="channel", json=True)
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert rows[0]["key"] == "organic search"
    assert rows[0]["win_rate"]["value"] == rows[0]["win_rate"]["high"] == 1
    assert 0.4 < rows[0]["win_rate"]["low"] < 1
    assert rows[0]["win_rate"]["n"] == 2


def test_the_command_says_which_model_it_does_not_know(workspace):
    with pytest.raises(CommandError, match="is not an attribution model"):
        call_command("report", workspace=workspace.slug, by="channel", model="guess")


def test_the_api_gives_the_report_and_a_problem_for_a_bad_date(searching, workspace, sign_in):
    browser = sign_in("manager")
    ask = {"headers": {"IPEO-Workspace": workspace.slug}}
    found = browser.get("/api/v1/report/?by=channel", **ask)
    assert found.status_code == 200, found.content
    assert found.json()["rows"][0]["deals_won"] == 2
    bad = browser.get("/api/v1/report/?by=channel&from=32.1.2026", **ask)
    assert bad.status_code == 400
    assert "from" in bad.json()["errors"]
    for wish in ("by=moon", "model=guess", "from=2026-02-01&to=2026-01-01"):
        assert browser.get(f"/api/v1/report/?{wish}", **ask).status_code == 400


def test_a_cycles_figures_are_its_campaigns_on_its_own_days(workspace):
    cycle = CycleFactory(starts_on=date(2026, 2, 1), ends_on=date(2026, 4, 30))
    program = ProgramFactory(campaign=cycle.campaign)
    for closed in (date(2026, 3, 1), date(2026, 5, 1)):
        deal = DealFactory(outcome="won", closed_date=closed)
        TouchFactory(contact=ContactFactory(account=deal.account), program=program)
    DealFactory(won=True)
    ExpenseFactory(channel=None, program=program, date=date(2026, 2, 3))
    recompute()
    figures = measures.key_figures(Slice(cycle=cycle))
    assert (figures.deals_won, figures.spend, figures.touches) == (1, 500, 2)
    assert measures.by_model(Slice(cycle=cycle))["last"] == figures
    (one,) = measures.by_program(Slice(cycle=cycle))
    assert (one.program, one.figures.deals_won) == (program, 1)
    months = measures.by_month(Slice(cycle=cycle))
    assert [month.figures.deals_won for month in months] == [0, 1, 0]
    series = measures.program_months(program)
    assert [(one.opportunities, one.won) for one in series] == [
        (2, 0),
        (0, 0),
        (0, 1),
        (0, 0),
        (0, 1),
    ]
    assert [one.spend for one in series] == [None, 500, None, None, None]


def test_the_funnel_counts_who_came_at_least_so_far(workspace):
    cycle = CycleFactory()
    program = ProgramFactory(campaign=cycle.campaign)
    for level in Touch.Level:
        TouchFactory(program=program, level=level)
    recompute()
    funnel = measures.funnel(cycle)
    assert [(step.label, step.reached) for step in funnel.steps[:4]] == [
        ("Aware", 3),
        ("Considering", 2),
        ("Second look", 1),
        ("Opportunity", 0),
    ]
    assert (funnel.handed_over, funnel.handoff_hours.value) == (1, None)


def test_one_deal_won_at_its_price_does_not_say_that_all_are(workspace):
    DealFactory(won=True, list_amount=Decimal(10_000), net_amount=Decimal(10_000))
    recompute()
    told = measures.key_figures().price_dependence
    assert told.n == 1
    assert told.high - told.low > 0.2
