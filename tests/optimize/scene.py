"""A small company in which one program wears out and another does not, made of plain rows."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np

from execute.models import Deal, Expense, Outcome, Touch
from ipeo.models import Campaign, Cycle
from plan.models import Program
from tests.factories.execute import DealStageFactory
from tests.factories.insight import AccountFactory, ChannelFactory, ProductFactory
from tests.factories.ipeo import CampaignFactory, CycleFactory
from tests.factories.plan import ProgramFactory

MONTHS = 20
WORN_AFTER = 10
ACCOUNTS = 20
TODAY = date(2026, 6, 15)


def month_at(place: int) -> date:
    """Return the first day of a month; place 0 is twenty months before June 2026."""
    count = 2026 * 12 + 5 - MONTHS + place
    return date(count // 12, count % 12 + 1, 1)


def company(*, stage: str = Cycle.Stage.OPTIMIZE) -> tuple[Cycle, Program, Program]:
    """Make a campaign with a worn and a steady program; return the cycle and both programs."""
    campaign = CampaignFactory(status=Campaign.Status.IN_PROGRESS)
    cycle = CycleFactory(
        campaign=campaign, stage=stage, starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30)
    )
    worn = ProgramFactory(campaign=campaign, name="Webinar", channel=ChannelFactory(name="Web"))
    steady = ProgramFactory(campaign=campaign, name="Demos", channel=ChannelFactory(name="Events"))
    product, deal_stage = ProductFactory(), DealStageFactory()
    # Several, so that no journey is longer than any company's would be.
    accounts = AccountFactory.create_batch(ACCOUNTS)
    random = np.random.default_rng(7)
    touches, deals, expenses = [], [], []
    for place in range(MONTHS):
        month = month_at(place)
        left = 0.5 ** (max(place - WORN_AFTER, 0) / 3)
        for program, chance in ((worn, 0.3 * left), (steady, 0.2)):
            expenses.append(
                Expense(
                    program=program,
                    channel=program.channel,
                    date=month,
                    amount=Decimal(6000),
                    state=Expense.State.ACTUAL,
                )
            )
            for number in range(60):
                account = accounts[number % ACCOUNTS]
                day = month + timedelta(days=number % 27)
                touches.append(
                    Touch(
                        account=account,
                        channel=program.channel,
                        program=program,
                        level=2,
                        kind=Touch.Kind.CLICK,
                        occurred_at=datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
                    )
                )
                if random.random() >= chance:
                    continue
                won = random.random() < 0.5
                discount = Decimal(int(random.integers(0, 10))) / 100
                deals.append(
                    Deal(
                        name=f"Deal {len(deals)}",
                        account=account,
                        product=product,
                        program=program,
                        stage=deal_stage,
                        created_date=day,
                        outcome=Outcome.WON if won else Outcome.LOST,
                        closed_date=day + timedelta(days=2),
                        list_amount=Decimal(2000),
                        net_amount=Decimal(2000) * (1 - discount),
                        cost_amount=Decimal(1000),
                    )
                )
    Touch.objects.bulk_create(touches)
    Deal.objects.bulk_create(deals)
    Expense.objects.bulk_create(expenses)
    return cycle, worn, steady
