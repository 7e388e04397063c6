"""Execute over the API: the same rules as on the pages, told as problem documents."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from execute.actions import setup
from execute.models import Deal, DealStage, Driver, Expense, Touch
from ipeo import tenancy
from tests.factories.execute import (
    DealFactory,
    DealStageFactory,
    DriverFactory,
    ExchangeRateFactory,
    ExpenseFactory,
    MaterialFactory,
    MaterialVersionFactory,
    SpendRuleFactory,
    TaskFactory,
    TouchFactory,
)
from tests.factories.insight import ChannelFactory, ContactFactory, ProductFactory
from tests.factories.ipeo import CycleFactory, MembershipFactory, WorkspaceFactory
from tests.factories.plan import ProgramFactory

pytestmark = pytest.mark.django_db

ROWS = {
    "deals": DealFactory,
    "deal-stages": DealStageFactory,
    "drivers": DriverFactory,
    "touches": TouchFactory,
    "tasks": TaskFactory,
    "materials": MaterialFactory,
    "material-versions": MaterialVersionFactory,
    "expenses": ExpenseFactory,
    "exchange-rates": ExchangeRateFactory,
    "spend-rules": SpendRuleFactory,
}


@pytest.fixture
def call(workspace, sign_in):
    """Calls the API as a member: `call("post", "deals/", {...}, role="viewer")`."""

    def go(method, path, body=None, role="manager"):
        kwargs = {"content_type": "application/json", "headers": {"ipeo-workspace": workspace.slug}}
        if body is not None:
            kwargs["data"] = body
        return getattr(sign_in(role), method)(f"/api/v1/{path}", **kwargs)

    return go


@pytest.fixture
def stages(workspace):
    setup.ensure_defaults()
    return {stage.name: stage for stage in DealStage.objects.all()}


@pytest.mark.parametrize("name", ROWS)
def test_every_row_is_listed_and_shown_here_and_nowhere_else(name, call):
    with tenancy.scope(WorkspaceFactory()):
        theirs = ROWS[name]()
    ours = ROWS[name]()
    listed = call("get", f"{name}/").json()["results"]
    assert ours.pk in {row["id"] for row in listed}
    assert theirs.pk not in {row["id"] for row in listed}
    assert call("get", f"{name}/{ours.pk}/").json()["id"] == ours.pk
    assert call("get", f"{name}/{theirs.pk}/").status_code == 404


@pytest.mark.parametrize("name", ROWS)
def test_a_list_asks_the_database_as_often_for_two_rows_as_for_forty(name, call, stages):
    make = ROWS[name]
    extra = (lambda n: {"name": f"Stage {n}"}) if name == "deal-stages" else (lambda n: {})
    make(**extra(0)), make(**extra(1))
    call("get", f"{name}/")
    with CaptureQueriesContext(connection) as few:
        call("get", f"{name}/")
    for n in range(38):
        make(**extra(n + 2))
    with CaptureQueriesContext(connection) as many:
        call("get", f"{name}/")
    assert len(few) == len(many)


def test_a_deal_is_opened_edited_and_moved(call, stages, member):
    product = ProductFactory(list_price=Decimal(480), unit_cost=Decimal(300))
    made = call(
        "post",
        "deals/",
        {
            "name": "Desks",
            "stage": stages["Lead"].pk,
            "product": product.pk,
            "quantity": "10",
            "owner": member("sales_rep").pk,
        },
        role="sales_rep",
    )
    assert made.status_code == 201
    deal = made.json()
    assert (deal["list_amount"], deal["cost_amount"], deal["version"]) == ("4800.00", "3000.00", 1)
    path = f"deals/{deal['id']}/"
    edited = call("patch", path, {"net_amount": "4320", "version": 1}).json()
    assert (edited["discount"], edited["margin_amount"]) == ("0.100000", "1320.00")
    late = call("patch", path, {"name": "Late", "version": 1})
    assert late.status_code == 409
    assert "version 2" in late.json()["detail"]
    moved = call("post", f"{path}move/", {"stage": stages["Proposal"].pk, "version": 2})
    assert moved.json()["stage"] == stages["Proposal"].pk
    changes = call("get", f"deal-stage-changes/?deal={deal['id']}").json()["results"]
    assert [row["stage"] for row in changes] == [stages["Proposal"].pk, stages["Lead"].pk]


def test_a_deal_does_not_end_by_an_edit_or_a_move(call, stages):
    deal = DealFactory(stage=stages["Lead"])
    for answer in (
        call("patch", f"deals/{deal.pk}/", {"stage": stages["Won"].pk}),
        call("post", f"deals/{deal.pk}/move/", {"stage": stages["Won"].pk}),
    ):
        assert answer.status_code == 400
        assert "log its outcome" in answer.json()["errors"]["stage"][0]
    assert Deal.objects.get().outcome == "open"


def test_an_outcome_is_logged_with_its_drivers_in_order(call, stages):
    deal = DealFactory(stage=stages["Lead"])
    material = MaterialFactory()
    fit, price = Driver.objects.get(name="Fit"), Driver.objects.get(name="Price")
    answer = call(
        "post",
        f"deals/{deal.pk}/outcome/",
        {
            "outcome": "won",
            "drivers": [price.pk, fit.pk],
            "net_amount": "900.00",
            "in_return": "reference",
            "materials": [material.pk],
        },
        role="sales_rep",
    )
    assert answer.status_code == 200
    told = answer.json()
    assert (told["outcome"], told["drivers"]) == ("won", [price.pk, fit.pk])
    assert (told["materials"], told["discount"]) == ([material.pk], "0.100000")
    refused = call("post", f"deals/{deal.pk}/outcome/", {"outcome": "lost", "drivers": [price.pk]})
    assert refused.status_code == 400
    assert "What else decided it?" in refused.json()["errors"]["drivers"][0]


def test_rows_of_another_workspace_cannot_be_named(call, stages, member):
    with tenancy.scope(WorkspaceFactory()) as scope:
        setup.ensure_defaults()
        stage, program = DealStage.objects.first(), ProgramFactory()
        stranger = MembershipFactory(workspace=scope.workspace, user=member("manager").user)
    answer = call(
        "post",
        "deals/",
        {"name": "Desks", "stage": stage.pk, "program": program.pk, "owner": stranger.pk},
    )
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"stage", "program", "owner"}


def test_deals_past_their_close_date_are_found(call):
    late = DealFactory(expected_close_date=timezone.localdate() - timedelta(days=1))
    DealFactory(expected_close_date=timezone.localdate())
    found = call("get", "deals/?past_due=true").json()["results"]
    assert [row["id"] for row in found] == [late.pk]


def test_a_touch_takes_its_account_and_level(call):
    contact, channel = ContactFactory(), ChannelFactory()
    body = {
        "contact": contact.pk,
        "channel": channel.pk,
        "kind": "meeting",
        "occurred_at": "2026-02-01T12:00:00Z",
    }
    made = call("post", "touches/", body, role="sales_rep").json()
    assert (made["account"], made["level"]) == (contact.account_id, Touch.Level.SECOND_LOOK)
    nobody = call("post", "touches/", body | {"contact": None})
    assert nobody.status_code == 400


def test_a_task_is_written_done_and_removed(call):
    cycle = CycleFactory()
    made = call("post", "tasks/", {"title": "Book the hall", "cycle": cycle.pk}).json()
    done = call("patch", f"tasks/{made['id']}/", {"state": "done"}).json()
    assert done["done_at"]
    assert call("delete", f"tasks/{made['id']}/").status_code == 204


def test_an_expense_is_written_corrected_and_removed(call):
    program = ProgramFactory()
    made = call(
        "post", "expenses/", {"program": program.pk, "amount": "12.50", "date": "2026-02-01"}
    ).json()
    assert made["channel"] == program.channel_id
    path = f"expenses/{made['id']}/"
    assert call("patch", path, {"amount": "13"}).json()["amount"] == "13.00"
    assert call("get", path, role="sales_rep").status_code == 403
    assert call("delete", path).status_code == 204
    assert not Expense.objects.exists()
    nothing = call("post", "expenses/", {"amount": "1"})
    assert "program" in nothing.json()["errors"]


def test_stages_and_drivers_are_kept_by_managers(call, stages):
    assert call("post", "drivers/", {"name": "Delivery"}, role="sales_rep").status_code == 403
    made = call("post", "drivers/", {"name": "Delivery"})
    assert made.status_code == 201
    assert call("post", "drivers/", {"name": "Delivery"}).status_code == 400
    assert call("delete", f"drivers/{made.json()['id']}/").status_code == 204
    DealFactory(stage=stages["Lead"])
    assert call("delete", f"deal-stages/{stages['Lead'].pk}/").status_code == 409
    won = f"deal-stages/{stages['Won'].pk}/"
    assert call("delete", won).status_code == 409
    turned = call("patch", won, {"outcome": "lost"})
    assert turned.status_code == 409
    assert "Keep a stage for deals that are won" in turned.json()["detail"]
    assert call("patch", won, {"name": "Ordered"}).status_code == 200
    assert call("delete", f"deal-stages/{stages['Qualified'].pk}/").status_code == 204
