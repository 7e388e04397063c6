"""Deals with an audience or against a competitor stand beside all others, on their pages."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from execute.models import Outcome
from execute.queries.beside import deals_against, deals_with
from ipeo.navigation import link
from tests.factories.execute import DealFactory
from tests.factories.insight import (
    AccountFactory,
    AudienceFactory,
    CompetitorFactory,
    ContactFactory,
)
from tests.factories.plan import ProgramPlanFactory

CLINICS = {"all": [{"field": "industry", "op": "is", "value": "Health care"}]}
HTMX = {"HX-Request": "true"}


def deal(account, outcome, *, days=10, net=900, competitor=None):
    closed = None if outcome == Outcome.OPEN else timezone.localdate() - timedelta(days=days)
    return DealFactory(
        account=account,
        competitor=competitor,
        outcome=outcome,
        closed_date=closed,
        list_amount=Decimal(1_000),
        net_amount=Decimal(net),
    )


def test_an_audiences_deals_stand_beside_all_others(workspace, sign_in):
    clinic, school = AccountFactory(industry="Health care"), AccountFactory(industry="Education")
    for account in (clinic, clinic, school):
        ContactFactory(account=account)
    for outcome, net in ((Outcome.WON, 1_000), (Outcome.WON, 700), (Outcome.LOST, 900)):
        deal(clinic, outcome, net=net)
    deal(clinic, Outcome.OPEN, net=500)
    deal(clinic, Outcome.WON, days=400)
    deal(school, Outcome.LOST)
    audience = AudienceFactory(name="Clinics", rule=CLINICS)
    found = deals_with(audience)
    assert (found.inside.win_rate.value, found.inside.win_rate.n) == (2 / 3, 3)
    assert found.inside.at_value.value == 0.5
    assert found.inside.deal_size.value == 850
    assert (found.inside.open, found.inside.open_amount) == (1, 500)
    assert (found.outside.won, found.outside.lost) == (0, 1)
    assert not found.lead_is_clear
    client = sign_in("marketer")
    page = client.get(link("insight:audience", audience.pk)).content.decode()
    panel = link("execute:audience_deals", audience.pk)
    assert panel in page
    shown = client.get(panel, headers=HTMX).content.decode()
    assert "67%" in shown
    assert "cannot be told yet" in shown
    assert "<html" not in shown


def test_two_deals_far_apart_have_no_mean_that_may_be_below_nothing(workspace):
    rival = CompetitorFactory()
    for net in (1_000, 10):
        deal(AccountFactory(), Outcome.WON, net=net, competitor=rival)
    size = deals_against(rival).inside.deal_size
    assert (size.value, size.low, size.reason) == (505, None, "too few deals for an interval")


def test_deals_against_a_competitor_stand_beside_all_others(workspace, sign_in):
    account, rival = AccountFactory(), CompetitorFactory(name="CheapDesk")
    for _ in range(12):
        deal(account, Outcome.LOST, competitor=rival)
        deal(account, Outcome.WON)
    deal(account, Outcome.WON, competitor=CompetitorFactory())
    found = deals_against(rival)
    assert (found.inside.won, found.inside.lost) == (0, 12)
    assert (found.outside.won, found.outside.lost) == (13, 0)
    assert found.lead_is_clear
    client = sign_in("sales_rep")
    panel = link("execute:competitor_deals", rival.pk)
    assert panel in client.get(link("insight:rival", rival.pk)).content.decode()
    assert "won less often, beyond chance" in client.get(panel).content.decode()


def test_an_audience_lists_the_programs_planned_for_it(workspace, sign_in):
    audience = AudienceFactory()
    plan = ProgramPlanFactory(audience=audience, program__name="Field demos")
    ProgramPlanFactory(audience=audience, program__name="Old fair", scenario__status="replaced")
    client = sign_in("viewer")
    address = link("plan:audience_programs", audience.pk)
    assert address in client.get(link("insight:audience", audience.pk)).content.decode()
    page = client.get(address).content.decode()
    assert "Field demos" in page
    assert link("plan:scenario", plan.scenario_id) in page
    assert "Old fair" not in page
    empty = client.get(link("plan:audience_programs", AudienceFactory().pk)).content.decode()
    assert "No program planned for it yet" in empty
