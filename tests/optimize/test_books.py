"""Closed books never move: what comes late has a line of its own, and the lines add up."""

import random
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from execute.models import Deal, Expense, Touch
from optimize.actions.closing import close_period
from optimize.actions.recompute import recompute
from optimize.models import Period, Restatement
from optimize.queries.periods import added, amounts_now, as_numbers, books_of
from tests.factories.execute import DealFactory, ExpenseFactory, TouchFactory
from tests.factories.insight import ContactFactory
from tests.factories.ipeo import CampaignFactory, CycleFactory
from tests.factories.plan import ProgramFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def programs(workspace):
    campaign = CampaignFactory(status="in_progress")
    return [ProgramFactory(campaign=campaign) for _ in range(3)]


@pytest.fixture
def cycle(programs):
    """A cycle of the first quarter with some deals, measured."""
    dice = random.Random(4)
    for _ in range(12):
        won_deal(programs, dice)
    cycle = CycleFactory(
        campaign=programs[0].campaign,
        stage="optimize",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 3, 31),
    )
    recompute()
    return cycle


def won_deal(programs, dice):
    """A deal won in the first quarter, touched by one or two programs."""
    deal = DealFactory(
        won=True,
        closed_date=date(2026, dice.randrange(1, 4), dice.randrange(1, 28)),
        net_amount=Decimal(dice.randrange(70_000, 99_999)) / 100,
    )
    contact = ContactFactory(account=deal.account)
    for _ in range(dice.randrange(1, 3)):
        TouchFactory(
            contact=contact,
            program=dice.choice(programs),
            occurred_at=datetime(2025, 12, dice.randrange(1, 28), tzinfo=UTC),
        )
    return deal


def test_a_deal_that_comes_late_makes_one_line_and_moves_nothing_closed(cycle, programs, member):
    period = close_period(cycle=cycle, by=member("manager"))
    closed = dict(period.amounts)
    won_deal(programs, random.Random(9))
    done = recompute()
    assert done.restatements == 1
    period.refresh_from_db()
    assert period.amounts == closed
    (line,) = books_of(period).restatements
    assert line.changes["all.deals_won"] == 1
    assert recompute().restatements == 0


def test_what_falls_outside_the_period_restates_nothing(cycle, programs, member):
    close_period(cycle=cycle, by=member("manager"))
    ExpenseFactory(program=programs[0], channel=None, date=date(2026, 4, 2))
    DealFactory(won=True, closed_date=date(2026, 5, 5))
    recompute()
    assert not Restatement.objects.exists()


@pytest.mark.parametrize("seed", range(2))
def test_as_closed_and_all_restatements_are_what_is_now_known_exactly(
    cycle, programs, member, seed
):
    dice = random.Random(seed)
    period = close_period(cycle=cycle, by=member("manager"))
    for _ in range(4):
        for _ in range(dice.randrange(1, 5)):
            one = dice.randrange(5)
            if one == 0:
                won_deal(programs, dice)
            elif one == 1:
                Deal.objects.order_by("?").first().delete()
            elif one == 2:
                Deal.objects.filter(pk=Deal.objects.first().pk).update(
                    net_amount=Decimal(dice.randrange(1, 99_999)) / 100
                )
            elif one == 3:
                Touch.objects.filter(pk=Touch.objects.last().pk).update(
                    program=dice.choice(programs)
                )
            else:
                ExpenseFactory(
                    program=dice.choice(programs),
                    channel=None,
                    date=date(2026, 2, 3),
                    amount=Decimal(dice.randrange(1, 9_999)) / 100,
                    state=Expense.State.ACTUAL,
                )
        recompute()
        kept = Period.objects.get(pk=period.pk)
        lines = [as_numbers(one.changes) for one in kept.restatements.all()]
        assert added(as_numbers(period.amounts), *lines) == amounts_now(kept)
    assert Restatement.objects.count() > 1


def test_page_and_api_show_the_three_lines(cycle, programs, member, sign_in, workspace):
    period = close_period(cycle=cycle, by=member("manager"))
    page = f"/w/{workspace.slug}/optimize/cycles/{cycle.pk}/"
    browser = sign_in("manager")
    assert "No late data" in browser.get(page).content.decode()
    won_deal(programs, random.Random(2))
    recompute()
    text = browser.get(page).content.decode()
    assert "As closed" in text
    assert "Current figures" in text
    found = browser.get(
        f"/api/v1/periods/{period.pk}/", headers={"IPEO-Workspace": workspace.slug}
    ).json()
    (line,) = found["restatements"]
    for name, change in line["changes"].items():
        closed = Decimal(found["amounts"].get(name, 0))
        assert closed + Decimal(change) == Decimal(found["amounts_now"].get(name, 0))
