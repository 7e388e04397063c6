"""Programs begin from templates; remarks name people; the brief; the guard's evidence."""

from datetime import date
from decimal import Decimal

import pytest

from execute.actions.templates import make_tasks
from execute.models import Task
from insight.models import Channel
from ipeo.navigation import link
from ipeo.numerics.estimates import Estimate
from plan.actions.templates import Intent, begin_program
from plan.models import CommentMention, Program, ProgramPlan, ProgramTemplate, Scenario
from plan.queries import evidence, later
from plan.queries.evidence import History, register_history
from plan.queries.guard import guard_of
from plan.queries.later import PastDiscounts
from plan.queries.templates import BUILT_IN, catalogue
from tests.factories.insight import FindingFactory
from tests.factories.plan import ProgramFactory, ProgramPlanFactory, ReadyScenarioFactory

pytestmark = pytest.mark.usefixtures("workspace")


def test_a_program_begins_with_all_that_its_template_names(sign_in):
    scenario = ReadyScenarioFactory()
    client = sign_in("marketer")
    address = link("plan:begin_program", scenario.pk)
    assert "Demo days" in client.get(address).content.decode()
    finding = FindingFactory()
    sent = {"name": "Demo days north", "finding": finding.pk, "message": "See it work"}
    assert client.post(f"{address}?template=demo-days", sent).status_code == 302
    plan = ProgramPlan.objects.get(program__name="Demo days north")
    assert plan.program.channel == Channel.objects.get(key="events")
    assert plan.program.offer == Program.Offer.TRIAL
    assert plan.starts_on == date(2026, 1, 15)
    assert plan.ends_on == date(2026, 3, 15)
    assert "Demo kit" in plan.materials
    assert plan.finding == finding
    again = client.post(f"{address}?template=demo-days", sent)
    assert again.status_code == 422
    assert "already a program" in again.content.decode()
    both = {"name": "Other", "finding": finding.pk, "is_bet": "on"}
    assert client.post(f"{address}?template=demo-days", both).status_code == 422


@pytest.mark.parametrize(
    ("today", "starts_on"),
    [
        (date(2025, 12, 1), date(2026, 1, 15)),
        (date(2026, 3, 1), date(2026, 3, 15)),
        (date(2026, 6, 29), date(2026, 6, 30)),
        (date(2027, 1, 1), date(2026, 1, 15)),
    ],
)
def test_a_flight_is_counted_from_today_within_a_cycle_that_has_begun(today, starts_on):
    kind = next(one for one in catalogue() if one.key == "demo-days")
    made = begin_program(
        scenario=ReadyScenarioFactory(), kind=kind, intent=Intent(name="Demos"), today=today
    )
    assert made.starts_on == starts_on


def test_the_tasks_that_a_template_names_are_made_once_the_plan_is_carried_out(sign_in):
    scenario = ReadyScenarioFactory()
    sign_in("marketer").post(
        f"{link('plan:begin_program', scenario.pk)}?template=webinar", {"name": "Webinar"}
    )
    Scenario.objects.filter(pk=scenario.pk).update(status=Scenario.Status.APPROVED)
    ProgramPlan.objects.filter(program__name="Webinar").update(
        starts_on=date(2099, 3, 1), ends_on=date(2099, 3, 20)
    )
    for _ in range(2):
        make_tasks(cycle=scenario.cycle)
    call = Task.objects.get(title="Call everyone who asked a question")
    assert (call.side, call.due_date) == ("sales", date(2099, 3, 4))


def test_a_built_in_template_is_changed_put_away_and_brought_back(sign_in):
    client = sign_in("marketer")
    page = client.get(link("plan:template", "search")).content.decode()
    assert "comes with IPEO" in page
    sent = {
        "name": "Search and maps",
        "channel": "Search",
        "offer": "value",
        "begins_after_days": "0",
        "materials": "Landing page\n\nMap entry",
        "tasks": "Agree the words, marketing, -14\nCall back, sales, 3 days",
    }
    assert client.post(link("plan:template", "search"), sent).status_code == 302
    row = ProgramTemplate.objects.get(key="search")
    assert row.materials == ["Landing page", "Map entry"]
    assert row.tasks[1] == {"title": "Call back", "side": "sales", "days": 3}
    assert len(catalogue()) == len(BUILT_IN)
    client.post(link("plan:hide_template", "search"))
    assert "search" not in {one.key for one in catalogue()}
    client.post(link("plan:hide_template", "search"))
    assert "Search and maps" in {one.name for one in catalogue()}
    assert client.post(link("plan:new_template"), {**sent, "name": "Fairs"}).status_code == 302
    assert ProgramTemplate.objects.get(name="Fairs").key == "fairs"
    price = client.post(link("plan:new_template"), {**sent, "name": "Sale", "offer": "price"})
    assert "Enter how much" in price.content.decode()


def test_a_remark_tells_whom_it_names_until_they_read_it(sign_in, member):
    scenario = ReadyScenarioFactory(name="B, prove the payback")
    manager = member("manager")
    address = link("plan:comments", scenario.pk)
    marketer = sign_in("marketer")
    assert marketer.post(address, {"text": "  "}).status_code == 422
    marketer.post(address, {"text": f"@{manager} is the rebate worth it?"})
    assert CommentMention.objects.get().member == manager
    home = sign_in("manager").get(link("plan:plan")).content.decode()
    assert "You were mentioned" in home
    sign_in("manager").get(address)
    assert "You were mentioned" not in sign_in("manager").get(link("plan:plan")).content.decode()
    comment = scenario.comments.get()
    sign_in("manager").post(link("plan:settle_comment", comment.pk))
    assert "resolved by" in marketer.get(address).content.decode()


def test_the_brief_holds_the_plan_on_one_page_and_as_pdf(sign_in):
    scenario = ReadyScenarioFactory()
    finding = FindingFactory(statement="Demos win twice as often")
    ProgramPlanFactory(scenario=scenario, program__name="Demos", finding=finding, message="See it")
    client = sign_in("viewer")
    page = client.get(link("plan:brief", scenario.pk)).content.decode()
    for words in ("Demos win twice as often", "See it", "$10,000", "Won margin by 30 Jun"):
        assert words in page
    empty = Scenario.objects.create(cycle=scenario.cycle, name="Empty")
    assert "Nothing to brief" in client.get(link("plan:brief", empty.pk)).content.decode()


def test_the_guard_shows_how_discounts_fared_and_what_wins_on_value(monkeypatch):
    monkeypatch.setattr(evidence, "_providers", [])
    monkeypatch.setattr(later, "_discounts", [])
    plan = ProgramPlanFactory(program__offer="price", program__discount=Decimal("0.08"))
    demos = ProgramFactory(name="Demos", campaign=plan.program.campaign, offer="trial")
    months = tuple(date(2025, month, 1) for month in range(1, 13))
    held = History(months, (100.0,) * 12, (190.0,) * 12, won=41, decided=100, won_at_value=36)
    register_history(lambda ids, before: {pk: held for pk in ids if pk == demos.pk})
    assert "is not known" in guard_of(plan).past_says
    uplift = Estimate(0.008, -0.011, 0.026, 611)
    later.register_discounts(
        lambda: PastDiscounts(0.05, uplift, uplift, 611, 0.07, date(2026, 1, 1))
    )
    found = guard_of(plan)
    assert (
        found.past_says
        == "Past discounts here: 5 points of discount bought 0.8 points of win rate."
    )
    first, second = found.alternatives
    assert first.name == "Demos"
    assert "Won 41% of its deals" in first.evidence
    assert "n = 100" in first.evidence
    assert "has not run here yet" in second.evidence
