"""The models side by side: the same deals shared out eight ways, to the cent, with intervals."""

import html
import random
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from execute.models import Deal
from optimize.actions.recompute import recompute
from optimize.models import AttributionModel
from optimize.numerics.attribution import MODELS
from optimize.numerics.metrics import NO_SPEND
from optimize.queries.comparisons import UnknownCohort, comparison
from optimize.queries.measures import Slice, key_figures, program_months
from optimize.queries.report import report
from optimize.queries.side_by_side import side_by_side
from optimize.queries.slices import Days
from tests.factories.execute import DealFactory, ExpenseFactory, TouchFactory
from tests.factories.insight import ChannelFactory, ContactFactory
from tests.factories.ipeo import CampaignFactory
from tests.factories.plan import ProgramFactory

pytestmark = pytest.mark.django_db

YEAR = Days(date(2025, 6, 1), date(2026, 6, 30))


@pytest.fixture
def busy(workspace):
    """Forty deals of as many companies, touched by sales and marketing."""
    dice = random.Random(3)
    channels = [ChannelFactory(name=name, is_sales=name == "Calls") for name in ("Mail", "Calls")]
    programs = [ProgramFactory(campaign=CampaignFactory(), channel=channel) for channel in channels]
    for _ in range(40):
        deal = DealFactory(
            outcome=dice.choice(["won", "lost"]),
            created_date=date(2026, 1, dice.randrange(1, 29)),
            closed_date=date(2026, dice.randrange(2, 4), dice.randrange(1, 29)),
            net_amount=Decimal(dice.randrange(70_000, 100_000)) / 100,
        )
        contact = ContactFactory(account=deal.account)
        for _ in range(dice.randrange(4)):
            program = dice.choice(programs)
            TouchFactory(
                contact=contact,
                channel=program.channel,
                program=program,
                occurred_at=datetime(2025, 12, dice.randrange(1, 28), tzinfo=UTC),
            )
    ExpenseFactory(channel=channels[0], amount=Decimal(100), date=date(2026, 1, 3))
    recompute()
    return programs


@pytest.mark.parametrize("by", ["channel", "program", "campaign"])
@pytest.mark.parametrize("cohort", ["closed", "created", "touched"])
def test_every_model_shares_out_the_same_money_to_the_cent(busy, by, cohort):
    found = comparison(by, YEAR, cohort)
    for kind in ("count", "net", "margin"):
        totals = {
            model: int(found.given[kind][model].value.sum()) for model in AttributionModel.values
        }
        assert len(set(totals.values())) == 1, (kind, totals)
        assert totals["first"] > 0
    assert found.buckets >= 8


def test_cohorts_hold_what_their_date_says(busy):
    assert comparison("channel", Days(date(2026, 2, 1), date(2026, 3, 31))).journeys > 20
    assert comparison("channel", Days(date(2026, 1, 1), date(2026, 1, 31))).journeys == 0
    january = Days(date(2026, 1, 1), date(2026, 1, 31))
    assert comparison("channel", january, "created").journeys > 20
    assert comparison("channel", january, "touched").journeys == 0
    december = Days(date(2025, 12, 1), date(2025, 12, 31))
    assert comparison("channel", december, "touched").journeys > 20
    with pytest.raises(UnknownCohort):
        comparison("channel", YEAR, "moon")


def test_days_at_the_edges_count_as_whole_months_do(busy):
    whole = comparison("program", Days(date(2026, 2, 1), date(2026, 3, 31)))
    parts = comparison("program", Days(date(2026, 1, 31), date(2026, 3, 30)))
    last = comparison("program", Days(date(2026, 3, 31), date(2026, 3, 31)))
    assert whole.journeys == parts.journeys + last.journeys


def test_the_report_and_the_comparison_say_the_same(busy):
    rows = {row.name: row for row in side_by_side(by="channel", kind="net", days=YEAR).rows}
    for model in AttributionModel.values:
        for row in report(by="channel", model=model, date_from=YEAR.first, date_to=YEAR.last):
            if row.id is None:
                continue
            held = rows[row.key].credit[model]
            assert float(row.figures.net_amount) == pytest.approx(held.value, abs=0.05)
            assert row.as_dict()["credited"]["net"]["low"] == pytest.approx(held.low, abs=0.01)


def test_all_models_agree_on_what_earned_much_more_than_it_cost(busy):
    found = side_by_side(by="channel", kind="margin", days=YEAR)
    mail = next(row for row in found.rows if row.name == "Mail")
    assert (mail.direction, mail.is_sure) == (1, True)
    assert mail.verdict.startswith("All 8 say it earned more than it cost")
    calls = next(row for row in found.rows if row.name == "Calls")
    assert calls.direction is None
    assert "no spend" in calls.reason
    assert "Mail" in found.summary


def test_page_and_api_stand_the_models_side_by_side(busy, sign_in, workspace):
    browser = sign_in("manager")
    days = "date_from=2025-06-01&date_to=2026-06-30"
    page = f"/w/{workspace.slug}/optimize/models/?range=custom&{days}"
    for wish in ("", "&by=program&kind=count&cohort=touched"):
        text = browser.get(page + wish).content.decode()
        for label in AttributionModel.labels:
            assert label in text
        assert "Where models agree" in text
    assert browser.get(f"{page}&cohort=moon").status_code == 422
    ask = {"headers": {"IPEO-Workspace": workspace.slug}}
    address = "/api/v1/models/?from=2025-06-01&to=2026-06-30"
    answer = browser.get(f"{address}&by=channel&kind=net", **ask)
    assert answer.status_code == 200, answer.content
    named = {row["key"]: row for row in answer.json()["rows"]}
    assert named["Mail"]["spend"] > 0
    assert (named["Calls"]["spend"]["value"], named["Calls"]["spend"]["reason"]) == (None, NO_SPEND)
    row = answer.json()["rows"][0]
    assert set(row["models"]) == set(AttributionModel.values)
    assert row["models"]["markov"]["credit"]["low"] < row["models"]["markov"]["credit"]["high"]
    assert browser.get(f"{address}&kind=moon", **ask).status_code == 400


def test_a_deals_credit_adds_up_to_its_amount_to_the_cent(busy, sign_in, workspace):
    browser, ask = sign_in("manager"), {"headers": {"IPEO-Workspace": workspace.slug}}
    seen = 0
    for deal in Deal.objects.filter(outcome="won"):
        touches = browser.get(f"/api/v1/credits/?deal={deal.pk}", **ask).json()["touches"]
        for model in (*MODELS, "shapley") if touches else ():
            assert sum(Decimal(one["share"][model]) for one in touches) == 1
            assert sum(Decimal(one["net_amount"][model]) for one in touches) == deal.net_amount
        seen += len(touches) > 1
    assert seen
    assert browser.get("/api/v1/credits/?deal=moon", **ask).status_code == 400


@pytest.mark.parametrize("model", AttributionModel.values)
def test_a_programs_months_add_up_to_what_each_model_gives_it(busy, sign_in, workspace, model):
    program = busy[0]
    months = program_months(program, model=model)
    whole = key_figures(Slice(program=program), model=model)
    assert sum(one.won for one in months) == pytest.approx(whole.deals_won, abs=1e-6)
    assert sum(one.net_amount for one in months) == pytest.approx(whole.net_amount, abs=0.02)
    opened = [one.opportunities for one in months]
    if model == "markov":
        assert set(opened) == {None}
    else:
        decided = whole.deals_won + whole.deals_lost
        assert sum(opened) == pytest.approx(decided, abs=1e-5)

    client, here = sign_in("manager"), f"/w/{workspace.slug}/optimize/programs/{program.pk}/"
    when = "range=custom&from=2025-12-01&to=2026-04-30"
    page = client.get(f"{here}?{when}&model={model}")
    assert f"Credited by {AttributionModel(model).label.lower()}" in page.text
    assert ("is not known under the Markov model" in page.text) == (model == "markov")
    behind = {html.unescape(link) for link in re.findall(r'href="([^"]*behind=[^"]*)"', page.text)}
    assert behind
    assert {client.get(link).status_code for link in behind} == {200}
    overview = client.get(f"/w/{workspace.slug}/optimize/?{when}&model={model}&by=program")
    assert overview.status_code == 200
