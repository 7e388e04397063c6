"""The measurement: what it says, and that measuring changes equals measuring everything."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection

from execute.models import Deal, DealStageChange, Expense, Touch
from insight.models import Account, Contact
from ipeo.models import Cycle, Workspace
from optimize import models
from optimize.actions.recompute import recompute, request_recompute
from optimize.queries.freshness import is_stale, measured
from tests.factories.execute import DealFactory, DealStageFactory, ExpenseFactory, TouchFactory
from tests.factories.insight import (
    AccountFactory,
    ChannelFactory,
    ContactFactory,
    ProductFactory,
)
from tests.factories.ipeo import CampaignFactory, CycleFactory, MembershipFactory
from tests.factories.plan import ProgramFactory

pytestmark = pytest.mark.django_db

MEASURED = (
    models.DealFact,
    models.Credit,
    models.LeadFact,
    models.FunnelFact,
    models.ActivityTotal,
    models.CreditTotal,
    models.DealTotal,
    models.FunnelTotal,
    models.Journey,
    models.CreditTally,
    models.TransitionTally,
)


def at(day, hour=12):
    return datetime(2026, 1, 1, hour, tzinfo=UTC) + timedelta(days=day)


def everything():
    """Every row of every measured table, without its id."""
    found = {}
    for model in MEASURED:
        names = [f.attname for f in model._meta.concrete_fields if f.name != "id"]
        rows = model.objects.values_list(*names)
        found[model.__name__] = sorted(
            (tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in rows),
            key=repr,
        )
    return found


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
    for model in models.AttributionModel.values:
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
    (done,) = do_due_work()
    assert done.state == "done", done.error
    assert done.result["deals"] == 1
    assert not is_stale()
    assert measured().facts_through == date(2026, 3, 1)


def test_the_command_prints_what_it_read(workspace, capsys):
    DealFactory(won=True)
    call_command("recompute", workspace=workspace.slug, json=True)
    assert '"deals": 1' in capsys.readouterr().out


class Company:
    """A company whose facts are edited at random, the same way for the same seed."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        campaign = CampaignFactory()
        for number, month in ((1, 1), (2, 4)):
            CycleFactory(
                campaign=campaign,
                number=number,
                starts_on=date(2026, month, 1),
                ends_on=date(2026, month + 2, 28),
                closed_at=at(90) if number == 1 else None,
                stage="closed" if number == 1 else "execute",
            )
        self.channels = [ChannelFactory(is_sales=n == 0) for n in range(3)]
        self.programs = [None, *(ProgramFactory(campaign=campaign) for _ in range(2))]
        self.products = [None, ProductFactory()]
        self.reps = [None, MembershipFactory(workspace=campaign.workspace)]
        self.stages = [DealStageFactory(), DealStageFactory(name="Offer", is_proposal=True)]
        self.accounts = [AccountFactory() for _ in range(5)]
        self.contacts = [
            ContactFactory(account=self.dice.choice([None, *self.accounts])) for _ in range(8)
        ]

    def some(self, model):
        ids = list(model.objects.order_by("pk").values_list("pk", flat=True))
        return model.objects.filter(pk=self.dice.choice(ids)) if ids else model.objects.none()

    def edit(self):
        self.dice.choice(
            [
                *[self.add_touch] * 6,
                *[self.add_deal] * 4,
                self.edit_touch,
                self.delete_touch,
                *[self.edit_deal] * 3,
                self.delete_deal,
                *[self.move_contact] * 2,
                self.edit_lead,
                self.delete_contact,
                self.merge_accounts,
                *[self.spend] * 2,
                self.edit_spend,
                self.delete_spend,
                self.pass_stage,
            ]
        )()

    def moment(self):
        return at(self.dice.randrange(-40, 200), self.dice.randrange(24))

    def contact(self):
        ids = list(Contact.objects.order_by("pk").values_list("pk", flat=True))
        return self.dice.choice([None, *ids])

    def account(self):
        ids = list(Account.objects.order_by("pk").values_list("pk", flat=True))
        return self.dice.choice([None, *ids])

    def touch(self):
        contact, account = self.contact(), self.account()
        if contact is None and account is None:
            account = self.accounts[0].pk
            contact = None
            if not Account.objects.filter(pk=account).exists():
                account = AccountFactory().pk
        return {
            "contact_id": contact,
            "account_id": account,
            "channel_id": self.dice.choice(self.channels).pk,
            "program": self.dice.choice(self.programs),
            "kind": self.dice.choice(["click", "lead", "form", "call"]),
            "level": self.dice.randrange(1, 4),
            "occurred_at": self.moment(),
        }

    def add_touch(self):
        Touch.objects.create(**self.touch())

    def edit_touch(self):
        self.some(Touch).update(**self.touch())

    def delete_touch(self):
        self.some(Touch).delete()

    def deal(self):
        outcome = self.dice.choice(["open", "won", "won", "lost", "no_decision"])
        money = [None, Decimal(0), Decimal("900.10"), Decimal("1000.33")]
        return {
            "account_id": self.account(),
            "contact_id": self.contact(),
            "owner": self.dice.choice(self.reps),
            "product": self.dice.choice(self.products),
            "stage": self.dice.choice(self.stages),
            "outcome": outcome,
            "created_date": self.dice.choice([None, self.moment().date()]),
            "closed_date": None if outcome == "open" else self.moment().date(),
            "list_amount": self.dice.choice(money),
            "net_amount": self.dice.choice(money),
            "cost_amount": self.dice.choice(money),
        }

    def add_deal(self):
        Deal.objects.create(name="A deal", **self.deal())

    def edit_deal(self):
        self.some(Deal).update(**self.deal())

    def delete_deal(self):
        self.some(Deal).delete()

    def pass_stage(self):
        deal = self.some(Deal).first()
        if deal is not None:
            DealStageChange.objects.create(deal=deal, stage=self.stages[1])

    def move_contact(self):
        self.some(Contact).update(account_id=self.account())

    def edit_lead(self):
        self.some(Contact).update(lead_date=self.dice.choice([None, self.moment().date()]))

    def delete_contact(self):
        if Contact.objects.count() > 4:
            self.some(Contact).delete()

    def merge_accounts(self):
        if Account.objects.count() > 3:
            loser = self.some(Account).get()
            other = Account.objects.exclude(pk=loser.pk).order_by("pk").first()
            Contact.objects.filter(account=loser).update(account=other)
            Touch.objects.filter(account=loser).update(account=other)
            Deal.objects.filter(account=loser).update(account=other)
            loser.delete()

    def spend(self):
        ExpenseFactory(
            date=self.moment().date(),
            channel=self.dice.choice([None, *self.channels]),
            program=self.dice.choice(self.programs),
            state=self.dice.choice(["planned", "committed", "actual"]),
            impressions=self.dice.choice([None, 70]),
        )

    def edit_spend(self):
        self.some(Expense).update(amount=self.dice.randrange(900), clicks=4)

    def delete_spend(self):
        self.some(Expense).delete()


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
    for model in MEASURED:
        model.objects.all().delete()
    models.MeasurementState.objects.all().delete()
    recompute()
    assert everything() == after_changes, "nor does it rest on what was measured before"
    assert after_changes["DealFact"]
    assert after_changes["FunnelTotal"]


def test_a_large_measurement_tells_the_planner_what_it_wrote(workspace, monkeypatch):
    monkeypatch.setattr("optimize.actions.recompute.MANY", 1)
    DealFactory()
    recompute()
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'optimize_dealfact'")
        assert cursor.fetchone() == (1,)
