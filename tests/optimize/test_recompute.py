"""The measurement: what it says, and that measuring changes equals measuring everything."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

from execute.models import Deal, DealStageChange, Touch
from ipeo import tenancy
from ipeo.models import Cycle, Run, Workspace
from optimize import models
from optimize.actions.recompute import KIND, recompute, request_recompute, request_where_stale
from optimize.numerics.attribution import MODELS
from optimize.queries.freshness import is_stale, measured
from tests.factories.execute import DealFactory, DealStageFactory, TouchFactory
from tests.factories.insight import (
    ChannelFactory,
    ContactFactory,
)
from tests.factories.ipeo import CycleFactory, WorkspaceFactory
from tests.factories.plan import ProgramFactory
from tests.optimize.edits import Company, at, everything, forget

pytestmark = pytest.mark.django_db


def first_channels(deal):
    return set(
        models.Credit.objects.filter(deal=deal, first=1).values_list("channel__name", flat=True)
    )


def test_the_shares_of_a_deal_sum_to_one_under_every_model(workspace):
    deal = DealFactory(won=True)
    contact = ContactFactory(account=deal.account)
    for day in (3, 9, 27):
        TouchFactory(contact=contact, occurred_at=at(day))
    recompute()
    credits = models.Credit.objects.filter(deal=deal)
    assert credits.count() == 3
    for model in MODELS:
        assert sum(credits.values_list(model, flat=True)) == 1


def test_touches_outside_the_window_are_no_part_of_the_journey(workspace):
    Workspace.objects.filter(pk=workspace.pk).update(lookback_days=30)
    deal = DealFactory(won=True)
    contact = ContactFactory(account=deal.account)
    inside = TouchFactory(contact=contact, occurred_at=at(59, 23))
    TouchFactory(contact=contact, occurred_at=at(60))
    TouchFactory(contact=contact, occurred_at=at(20))
    recompute()
    assert deal.closed_date == at(59).date()
    assert first_channels(deal) == {inside.channel.name}
    assert models.Credit.objects.filter(deal=deal).count() == 1


def test_a_leads_source_comes_first_even_when_its_date_is_after_the_close(workspace):
    deal = DealFactory(won=True)
    contact = ContactFactory(account=deal.account, lead_date=date(2026, 3, 3))
    TouchFactory(contact=contact, occurred_at=at(5))
    lead = TouchFactory(contact=contact, kind=Touch.Kind.LEAD, occurred_at=at(61))
    recompute()
    assert first_channels(deal) == {lead.channel.name}


def test_a_deal_nobody_touched_is_credited_to_nothing_known(workspace):
    deal = DealFactory(won=True)
    recompute()
    credit = models.Credit.objects.get(deal=deal)
    assert (credit.channel_id, credit.program_id, credit.last) == (None, None, Decimal(1))
    assert not models.DealFact.objects.get(deal=deal).is_touched


def test_a_deal_of_nobody_known_is_measured_too(workspace):
    deal = DealFactory(account=None, won=True)
    recompute()
    assert models.DealFact.objects.get(deal=deal).net_amount == Decimal(950)


def test_a_person_without_an_account_is_the_buyer_named_on_the_deal(workspace):
    contact = ContactFactory(account=None)
    touch = TouchFactory(contact=contact, account=None)
    recompute()
    deal = DealFactory(won=True, contact=contact)
    recompute()
    assert first_channels(deal) == {touch.channel.name}


def test_a_lead_without_a_source_has_no_channel_and_one_named_unknown_does(workspace):
    nobody_knows = ContactFactory(account=None, lead_date=date(2026, 2, 1))
    unknown = TouchFactory(
        contact=ContactFactory(account=None), account=None, kind="lead", occurred_at=at(0)
    )
    recompute()
    leads = dict(models.LeadFact.objects.values_list("contact_id", "channel_id"))
    assert leads == {nobody_knows.pk: None, unknown.contact_id: unknown.channel_id}


def test_a_deleted_deal_leaves_the_totals_when_measured_again(workspace):
    DealFactory(won=True).delete()
    kept = DealFactory(won=True)
    recompute()
    Deal.objects.filter(pk=kept.pk).delete()
    assert models.DealTotal.objects.exists()
    recompute()
    assert not models.DealTotal.objects.exists()
    assert not models.CreditTotal.objects.exists()


def test_the_funnel_says_how_far_a_buyer_came_and_when_sales_took_over(workspace):
    cycle = CycleFactory()
    program = ProgramFactory(campaign=cycle.campaign)
    contact = ContactFactory()
    TouchFactory(contact=contact, program=program, level=3, occurred_at=at(10, 8))
    sales = ChannelFactory(is_sales=True)
    TouchFactory(contact=contact, channel=sales, kind="call", occurred_at=at(11, 8))
    TouchFactory(program=program, level=1, occurred_at=at(10))
    recompute()
    fact = models.FunnelFact.objects.get(party=contact.account_id)
    assert (fact.depth, fact.is_handed_over, fact.handoff_minutes) == (3, True, 24 * 60)
    deal = DealFactory(account=contact.account)
    DealStageChange.objects.create(
        deal=deal, stage=DealStageFactory(name="Proposal", is_proposal=True)
    )
    recompute()
    totals = dict(models.FunnelTotal.objects.values_list("depth", "n"))
    assert totals == {1: 1, 5: 1}


def test_moving_a_cycles_dates_moves_its_funnel(workspace):
    cycle = CycleFactory()
    program = ProgramFactory(campaign=cycle.campaign)
    TouchFactory(program=program, occurred_at=at(10))
    recompute()
    assert models.FunnelTotal.objects.get().cycle_id == cycle.pk
    Cycle.objects.filter(pk=cycle.pk).update(starts_on=date(2026, 3, 1))
    recompute()
    assert not models.FunnelTotal.objects.exists()


def test_a_changed_setting_measures_everything_anew_and_says_why(workspace):
    TouchFactory()
    recompute()
    Workspace.objects.filter(pk=workspace.pk).update(lookback_days=10)
    done = recompute()
    assert (done.full, done.why) == (True, "settings changed")
    assert not recompute().full


def test_a_queued_measurement_is_done_by_a_worker_and_told_on_its_row(workspace, do_due_work):
    DealFactory(won=True)
    run = request_recompute()
    assert request_recompute().pk == run.pk
    (done,) = (one for one in do_due_work() if one.pk == run.pk)
    assert done.state == "done", done.error
    assert done.result["deals"] == 1
    assert not is_stale()
    assert measured().facts_through == date(2026, 3, 1)


def test_a_workspace_whose_request_fails_holds_up_no_other(workspace):
    DealFactory(won=True)
    later = WorkspaceFactory()
    with tenancy.scope(later):
        DealFactory(won=True)

    def broken(execute, sql, params, many, context):
        if 'INSERT INTO "ipeo_run"' in sql and tenancy.current_workspace() == workspace:
            raise DatabaseError("This row cannot be written.")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(broken):
        asked = request_where_stale()

    assert asked == 1
    assert not Run.objects.exists()
    with tenancy.scope(later):
        assert Run.objects.filter(kind=KIND).count() == 1


def test_the_command_prints_what_it_read(workspace, capsys):
    DealFactory(won=True)
    call_command("recompute", workspace=workspace.slug, json=True)
    assert '"deals": 1' in capsys.readouterr().out


@pytest.mark.parametrize("seed", range(6))
def test_measuring_what_changed_equals_measuring_everything_row_for_row(workspace, seed):
    company = Company(seed)
    recompute()
    for _ in range(12):
        for _ in range(company.dice.randrange(1, 25)):
            company.edit()
        parties = company.dice.choice([1, 3, 1000])
        assert not recompute(parties_at_once=parties).full
        after_changes = everything()
        recompute(full=True, parties_at_once=company.dice.choice([2, 1000]))
        assert everything() == after_changes
    forget()
    recompute()
    assert everything() == after_changes, "nor does it rest on what was measured before"
    assert after_changes["DealFact"]
    assert after_changes["FunnelTotal"]


@pytest.mark.parametrize(
    "change",
    [
        {"net_amount": Decimal("812.34")},
        {"net_amount": None},
        {"list_amount": Decimal(5000)},
        {"cost_amount": Decimal("1400.01")},
        {"closed_date": date(2026, 2, 27)},
        {"closed_date": date(2026, 3, 2)},
        {"outcome": "lost"},
        {"owner_id": None},
    ],
    ids=str,
)
def test_one_change_to_a_deal_changes_the_totals_as_measuring_from_nothing_does(workspace, change):
    deal, other = DealFactory(won=True), DealFactory(won=True)
    for one in (deal, deal, other):
        TouchFactory(contact=ContactFactory(account=one.account), occurred_at=at(9))
    Deal.objects.filter(pk=deal.pk).update(closed_date=date(2026, 2, 20))
    recompute()
    before, credit = everything(), set(models.Credit.objects.values_list("pk", flat=True))
    Deal.objects.filter(pk=deal.pk).update(**change)
    recompute()
    after = everything()
    assert set(models.Credit.objects.values_list("pk", flat=True)) == credit, "not written anew"
    assert (after["CreditTotal"] == before["CreditTotal"]) == (change == {"owner_id": None})
    forget()
    recompute()
    assert everything() == after


def test_a_moved_touch_changes_credit_and_leaves_the_deals_facts_alone(workspace):
    deal = DealFactory(won=True)
    contact = ContactFactory(account=deal.account)
    touch, _ = (TouchFactory(contact=contact, occurred_at=at(day)) for day in (5, 9))
    recompute()
    fact, before = models.DealFact.objects.get().pk, everything()
    Touch.objects.filter(pk=touch.pk).update(occurred_at=at(12), channel=ChannelFactory())
    recompute()
    after = everything()
    assert models.DealFact.objects.get().pk == fact
    assert after["CreditTotal"] != before["CreditTotal"]
    assert after["DealTotal"] == before["DealTotal"]
    forget()
    recompute()
    assert everything() == after


def test_a_large_measurement_tells_the_planner_what_it_wrote(workspace, monkeypatch):
    monkeypatch.setattr("optimize.actions.recompute.MANY", 1)
    DealFactory()
    recompute()
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'optimize_dealfact'")
        assert cursor.fetchone() == (1,)
