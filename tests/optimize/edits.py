"""Random edits of a company's facts, and every measured row, for tests and benchmarks alike."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from execute.models import Deal, DealStageChange, Expense, Touch
from insight.actions.accounts import merge_accounts
from insight.models import Account, Contact
from optimize import models
from tests.factories.execute import DealStageFactory, ExpenseFactory
from tests.factories.insight import (
    AccountFactory,
    ChannelFactory,
    ContactFactory,
    ProductFactory,
)
from tests.factories.ipeo import CampaignFactory, CycleFactory, MembershipFactory
from tests.factories.plan import ProgramFactory

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


def everything() -> dict[str, list[tuple[object, ...]]]:
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


def forget() -> None:
    """Delete all that was measured, so that the next measurement rests on facts alone."""
    for model in (*MEASURED, models.MeasurementState):
        model.objects.all().delete()


class Company:
    """A company whose facts are edited at random, the same way for the same seed."""

    def __init__(self, seed: int, accounts: int = 5, contacts: int = 8) -> None:
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
        self.accounts = [AccountFactory() for _ in range(accounts)]
        self.contacts = [
            ContactFactory(account=self.dice.choice([None, *self.accounts]))
            for _ in range(contacts)
        ]

    def some(self, model):
        ids = list(model.objects.order_by("pk").values_list("pk", flat=True))
        return model.objects.filter(pk=self.dice.choice(ids)) if ids else model.objects.none()

    def edit(self) -> None:
        self.dice.choice(
            [
                *[self.add_touch] * 6,
                *[self.add_deal] * 4,
                self.edit_touch,
                self.delete_touch,
                *[self.edit_deal] * 3,
                *[self.edit_amount] * 2,
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

    def edit_amount(self):
        amount = self.dice.choice(["net_amount", "list_amount", "cost_amount"])
        self.some(Deal).update(**{amount: self.dice.choice([None, Decimal("70.07"), 1000, 1200])})

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
            merge_accounts(account=loser, into=other)

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
