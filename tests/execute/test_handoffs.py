"""Marketing hands buyers to sales: once, with a clock, and never in a flood."""

from datetime import timedelta

import pytest
from django.utils import timezone

from execute.actions import handoffs, setup, tasks
from execute.actions.deals import save_deal
from execute.models import Deal, DealStage, Handoff, Task
from execute.queries.handoffs import clock_of
from execute.queries.handoffs import handoffs as found
from tests.factories.execute import DealFactory, TouchFactory
from tests.factories.insight import AccountFactory, ChannelFactory, ContactFactory
from tests.factories.ipeo import CycleFactory
from tests.factories.plan import ProgramFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def look(workspace, now):
    """Gives a buyer a second look some hours ago."""
    cycle = CycleFactory(stage="execute")
    program = ProgramFactory(campaign=cycle.campaign)

    def take(account=None, *, hours=1, **given):
        values = {"kind": "form", "level": 3, "program": program, "contact": None}
        values |= {"occurred_at": now - timedelta(hours=hours)}
        return TouchFactory(account=account or AccountFactory(), **(values | given))

    return take


def test_a_second_look_is_handed_to_the_accounts_owner_once(look, member, workspace, now):
    account = AccountFactory(name="Alvarez", owner=member("sales_rep"))
    first = look(account, hours=3)
    look(account, hours=2)
    done = handoffs.hand_over(now=now)
    assert (done.handed, done.tasks) == (1, 1)
    handoff = Handoff.objects.get()
    assert handoff.handed_at == first.occurred_at
    assert handoff.due_at - handoff.handed_at == timedelta(hours=workspace.handoff_hours)
    task = handoff.task
    assert (task.title, task.side) == ("Contact Alvarez: form filled in", "sales")
    assert (task.owner, task.cycle) == (member("sales_rep"), handoff.cycle)
    assert handoffs.hand_over(now=now) == handoffs.HandedOver(0, 0, 0)


def test_a_second_look_that_no_program_earned_counts_for_the_campaign_that_warmed_the_buyer(
    look, now
):
    warmed, unknown = AccountFactory(), AccountFactory()
    earlier = look(warmed, hours=48, level=2, kind="click")
    look(warmed, program=None)
    look(unknown, program=None)
    assert handoffs.hand_over(now=now).handed == 2
    handoff = Handoff.objects.get(account=warmed)
    assert (handoff.cycle.campaign, handoff.program) == (earlier.program.campaign, None)
    assert Handoff.objects.get(account=unknown).cycle is None


@pytest.mark.parametrize(
    "given",
    [
        {"level": 2, "kind": "click"},
        {"kind": "meeting"},
        {"hours": 24 * 15},
        {"hours": -1},
    ],
)
def test_what_is_no_news_from_marketing_hands_nobody_over(look, now, given):
    look(**given)
    assert handoffs.hand_over(now=now).handed == 0


def test_who_is_with_sales_already_or_asked_for_peace_is_not_handed_over(look, now):
    DealFactory(account=look().account)
    look(look().account, kind="call", hours=48)
    look(channel=ChannelFactory(is_sales=True))
    contact = ContactFactory(account=None, consent="refused")
    TouchFactory(contact=contact, kind="form", level=3, occurred_at=now)
    assert handoffs.hand_over(now=now).handed == 0


def test_a_call_stops_the_clock_and_finishes_the_task(look, now):
    touch = look(hours=5)
    handoffs.hand_over(now=now)
    call = look(touch.account, kind="call", level=2, hours=2)
    assert handoffs.hand_over(now=now).touched == 1
    handoff = Handoff.objects.get()
    assert handoff.first_touch_at == call.occurred_at
    assert handoff.task.state == "done"


def test_a_deal_opened_for_the_buyer_stops_the_clock(look, now, member):
    account = look(hours=5).account
    handoffs.hand_over(now=now)
    setup.ensure_defaults()
    stage = DealStage.objects.get(name="Lead")
    opened_at = now + timedelta(hours=1)
    save_deal(deal=Deal(name="Desks", account=account, stage=stage), by=None, now=opened_at)
    assert handoffs.hand_over(now=now).touched == 0
    assert handoffs.hand_over(now=now + timedelta(hours=2)).touched == 1
    assert Handoff.objects.get().first_touch_at == opened_at


def test_a_handoff_is_withdrawn_with_the_touch_that_made_it(look, now):
    touch = look()
    handoffs.hand_over(now=now)
    touch.delete()
    handoffs.hand_over(now=now)
    assert not Handoff.objects.exists()
    assert Task.objects.get().state == "dropped"
    look(touch.account)
    assert handoffs.hand_over(now=now).handed == 1


def test_a_task_done_stops_the_clock_and_taken_up_again_lets_it_run(look, now):
    look()
    handoffs.hand_over(now=now)
    task = tasks.set_task_state(state=Task.State.DONE, task=Task.objects.get(), now=now)
    assert Handoff.objects.get().first_touch_at == now
    tasks.set_task_state(state=Task.State.TO_DO, task=task)
    assert Handoff.objects.get().first_touch_at is None


def test_many_buyers_of_one_owner_become_one_task_that_grows_on_its_day(look, member, now):
    owner = member("sales_rep")
    for _ in range(handoffs.EACH + 1):
        look(AccountFactory(owner=owner))
    assert handoffs.hand_over(now=now).tasks == 1
    for _ in range(2):
        look(AccountFactory(owner=owner))
    assert handoffs.hand_over(now=now).tasks == 0
    task = Task.objects.get()
    assert task.title == f"Contact {handoffs.EACH + 3} buyers who took a second look"
    assert task.handoffs.count() == handoffs.EACH + 3
    look(AccountFactory())
    assert handoffs.hand_over(now=now).tasks == 1


def test_a_buyer_marked_as_touched_on_the_list_leaves_the_waiting(look, now, workspace, sign_in):
    look(AccountFactory(name="Alvarez"))
    handoffs.hand_over(now=now)
    browser, address = sign_in("sales_rep"), f"/w/{workspace.slug}/tasks/handoffs/"
    assert "Alvarez" in browser.get(address).content.decode()
    handoff = Handoff.objects.get()
    answer = browser.post(f"{address}{handoff.pk}/touched/", {"back": "https://evil.test/"})
    assert answer.url == address
    assert "No handoffs yet" in browser.get(address).content.decode()
    assert Task.objects.get().state == "done"
    assert "Alvarez" in browser.get(f"{address}?state=touched").content.decode()
    api = browser.get("/api/v1/handoffs/", headers={"ipeo-workspace": workspace.slug}).json()
    assert api["results"][0]["account"] == handoff.account_id


def test_the_clock_counts_who_still_waits(look, now, workspace):
    for hours in (2, 4, 40, 60):
        look(hours=hours)
    handoffs.hand_over(now=now)
    rows = list(Handoff.objects.order_by("-handed_at"))
    for row in rows[:2]:
        Handoff.objects.filter(pk=row.pk).update(first_touch_at=now)
    clock = clock_of(found(), now=now)
    assert (clock.handed, clock.waiting, clock.overdue) == (4, 2, 2)
    assert clock.median.value == pytest.approx(4)
    tasks.set_task_state(state=Task.State.DROPPED, task=rows[3].task)
    assert clock_of(found(), now=now).overdue == 1


def test_a_page_of_tasks_tells_the_clock(look, now, workspace, sign_in):
    look(hours=100)
    handoffs.hand_over(now=now)
    text = sign_in("manager").get(f"/w/{workspace.slug}/tasks/").content.decode()
    assert "1 buyer waits" in text
    assert "1 past 24 hours" in text
    cycle = Handoff.objects.get().cycle_id
    page = sign_in("manager").get(f"/w/{workspace.slug}/execute/cycles/{cycle}/").content.decode()
    assert "1 buyer waits" in page
