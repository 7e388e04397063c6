"""What other programs hear of deals, outcomes, tasks, imports and measurements."""

from datetime import date
from decimal import Decimal

import pytest

from execute.actions.deals import move_deal, save_deal
from execute.actions.imports.files import RUN_KIND, receive_file
from execute.actions.imports.records import bring_records
from execute.actions.outcomes import log_outcome
from execute.actions.tasks import delete_task, save_task, set_task_state
from execute.models import Deal, Outcome, Task
from ipeo.actions.runs import run_here
from ipeo.models import WebhookEvent
from optimize.actions.recompute import recompute
from tests.factories.execute import DealStageFactory, DriverFactory
from tests.factories.webhooks import WebhookEndpointFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _listened_to(workspace):
    WebhookEndpointFactory()


def heard():
    return [(one.type, one.data) for one in WebhookEvent.objects.order_by("pk")]


def test_a_deals_life_is_told(workspace, member):
    rep, stage = member("sales_rep"), DealStageFactory()
    DealStageFactory(name="Lost", outcome=Outcome.LOST)
    deal = save_deal(deal=Deal(name="Desks", stage=stage, net_amount=Decimal("46500")), by=rep)
    save_deal(deal=deal, by=rep)
    moved = move_deal(deal=deal, stage=DealStageFactory(name="Proposal"), by=rep)
    move_deal(deal=moved, stage=moved.stage, by=rep)
    log_outcome(
        deal=moved,
        outcome=Outcome.LOST,
        drivers=[DriverFactory()],
        by=rep,
        closed_date=date(2026, 3, 1),
    )
    told = heard()
    assert [type for type, _ in told] == [
        "deal.created",
        "deal.changed",
        "deal.changed",
        "deal.outcome_logged",
    ]
    last = told[-1][1]
    assert (last["deal"], last["outcome"], last["closed_date"]) == (deal.pk, "lost", "2026-03-01")
    assert last["net_amount"] == "46500.00"
    assert last["workspace"] == workspace.slug


def test_a_task_that_changes_is_told_and_one_that_does_not_is_not(workspace, member):
    task = save_task(task=Task(title="Call them"))
    set_task_state(state=Task.State.DONE, task=task)
    set_task_state(state=Task.State.DONE, task=task)
    task.refresh_from_db()
    task.owner = member("sales_rep")
    save_task(task=task)
    assert [(type, data["state"]) for type, data in heard()] == [
        ("task.changed", "to_do"),
        ("task.changed", "done"),
        ("task.changed", "done"),
    ]
    assert heard()[-1][1]["owner"] == member("sales_rep").pk
    pk = task.pk
    delete_task(task=task)
    told = heard()[-1][1]
    assert (told["task"], told["removed"]) == (pk, True)


def test_an_import_tells_its_end_whole_or_not(workspace):
    for data in (b"Product Name,List Price\nDesk,1000\n", b"Colour\nRed\n"):
        brought = receive_file(kind="products", file_name="p.csv", data=data, by=None)
        run_here(kind=RUN_KIND, arguments={"import": brought.pk})
    (one, whole), (two, failed) = heard()
    assert one == two == "import.finished"
    assert (whole["state"], whole["new"], whole["reason"]) == ("done", 1, "")
    assert failed["state"] == "failed"
    assert failed["reason"]


def test_rows_sent_in_bulk_tell_their_end_once_and_a_replay_tells_nothing(workspace):
    rows = [{"external_id": f"p{n}", "date": "2026-01-31", "amount": n} for n in (1, 2)]
    rows = [row | {"channel": "Search"} for row in rows]
    for _ in range(2):
        bring_records(kind="expenses", rows=rows, by=None)
    ((type, told),) = heard()
    assert (type, told["kind"], told["new"]) == ("import.finished", "expenses", 2)


def test_a_measurement_tells_its_end(workspace):
    recompute()
    assert [type for type, _ in heard()] == ["measurement.finished"]
