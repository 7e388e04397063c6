"""Touches, deals and expenses by the thousand over the API."""

import json
from decimal import Decimal

import pytest

from execute.actions.imports import records
from execute.models import Deal, Expense, Import, ImportPiece, Touch
from insight.models import Account
from ipeo import tenancy
from tests.factories.insight import ContactFactory
from tests.factories.ipeo import WorkspaceFactory

TOUCH = {
    "external_id": "t1",
    "contact": "ada@halden.test",
    "channel": "Webinar",
    "kind": "event",
    "occurred_at": "2026-01-25T09:30:00Z",
}
DEAL = {
    "external_id": "d1",
    "name": "Desks for Halden",
    "account": "Halden",
    "stage": "Proposal",
    "list_amount": 1000,
    "net_amount": "950.50",
    "created_date": "2026-01-20",
}
EXPENSE = {"external_id": "e1", "date": "2026-01-31", "channel": "Search", "amount": 12.35}


@pytest.fixture
def post(sign_in, workspace):
    def give(kind, rows, role="manager", **headers):
        lines = headers.pop("lines", False)
        body = "\n".join(map(json.dumps, rows)) if lines else json.dumps(rows)
        return sign_in(role).post(
            f"/api/v1/{kind}/bulk/",
            body,
            content_type="application/x-ndjson" if lines else "application/json",
            headers={"IPEO-Workspace": workspace.slug, **headers},
        )

    return give


def told(response):
    body = response.json()
    return tuple(body[name] for name in ("new", "changed", "unchanged", "refused"))


@pytest.mark.parametrize("lines", [False, True], ids=["array", "a line each"])
def test_rows_are_stored_once_however_often_they_are_sent(post, lines):
    ContactFactory(email="ada@halden.test")
    for kind, row, model in (
        ("touches", TOUCH, Touch),
        ("deals", DEAL, Deal),
        ("expenses", EXPENSE, Expense),
    ):
        first = post(kind, [row], lines=lines)
        assert first.status_code == 200, first.content
        assert told(first) == (1, 0, 0, 0)
        assert told(post(kind, [row], lines=lines)) == (0, 0, 1, 0)
        assert model.objects.count() == 1
    assert Deal.objects.get().net_amount == Decimal("950.50")
    assert Expense.objects.get().amount == Decimal("12.35")
    assert Touch.objects.get().kind == "event"
    assert Import.objects.count() == 3


def test_a_row_that_says_something_else_is_changed(post):
    post("expenses", [EXPENSE])
    assert told(post("expenses", [EXPENSE | {"amount": 20}])) == (0, 1, 0, 0)
    assert Expense.objects.get().amount == 20


def test_a_field_that_is_not_sent_is_left_as_it_is(post):
    post("deals", [DEAL | {"outcome": "won", "close_date": "2026-02-01", "stage": "Won"}])
    part = {"external_id": "d1", "net_amount": 900}
    new = {"external_id": "d2", "account": "Brink", "net_amount": 5}
    assert told(post("deals", [part, new])) == (1, 1, 0, 0)
    deal = Deal.objects.get(import_key="d1")
    assert (deal.outcome, deal.name, deal.net_amount) == ("won", "Desks for Halden", 900)
    assert Deal.objects.get(import_key="d2").outcome == "open"


@pytest.mark.parametrize(
    ("kind", "row", "field", "reason"),
    [
        ("touches", TOUCH | {"contact": "nobody@x.test"}, "contact", "no contact matches"),
        ("touches", TOUCH | {"occurred_at": "01/02/2026"}, "occurred_at", "is not written as"),
        ("touches", TOUCH | {"occurred_at": "2026-02-31"}, "occurred_at", "is not a date"),
        ("touches", TOUCH | {"kind": "sneeze"}, "kind", "is not known"),
        ("touches", TOUCH | {"channel": None}, "channel", "channel is missing"),
        ("touches", {k: TOUCH[k] for k in TOUCH if k != "external_id"}, "external_id", "missing"),
        ("expenses", EXPENSE | {"amount": "1,000"}, "amount", "not a plain decimal"),
        ("expenses", EXPENSE | {"amount": True}, "amount", "a number is wanted"),
        ("expenses", EXPENSE | {"price": 1}, "price", "there is no field"),
        ("expenses", EXPENSE | {"end_date": "2026-01-01"}, "end_date", "before it starts"),
        ("deals", DEAL | {"outcome": "perhaps"}, "outcome", "is not known"),
        ("deals", DEAL | {"outcome": "won"}, "close_date", "no date"),
        ("deals", ["d1"], "", "a row is an object"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_and_the_others_stay(post, kind, row, field, reason):
    ContactFactory(email="ada@halden.test")
    good = {"touches": TOUCH, "deals": DEAL, "expenses": EXPENSE}[kind] | {"external_id": "good"}
    response = post(kind, [good, row])
    assert response.status_code == 207
    assert told(response) == (1, 0, 0, 1)
    (refusal,) = response.json()["refusals"]
    assert (refusal["index"], refusal["field"]) == (1, field)
    assert reason in refusal["reason"]


def test_an_id_that_is_sent_twice_is_taken_once(post):
    response = post("expenses", [EXPENSE, EXPENSE | {"amount": 99}])
    assert told(response) == (1, 0, 0, 1)
    assert response.json()["refusals"][0]["reason"] == "row 0 has the same id already"


def test_a_key_makes_a_repetition_harmless(post):
    first = post("expenses", [EXPENSE], **{"Idempotency-Key": "k1"})
    again = post("expenses", [EXPENSE], **{"Idempotency-Key": "k1"})
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    other = post("expenses", [EXPENSE | {"amount": 1}], **{"Idempotency-Key": "k1"})
    assert other.status_code == 409


def test_more_rows_than_one_request_may_bring_are_refused_whole(post, monkeypatch):
    monkeypatch.setattr(records, "MOST_ROWS", 1)
    response = post("expenses", [EXPENSE, EXPENSE | {"external_id": "e2"}])
    assert response.status_code == 400
    assert not Expense.objects.exists()


@pytest.mark.parametrize("body", ["{}", "7", '{"a": '])
def test_what_is_no_list_of_rows_is_a_problem(sign_in, workspace, body):
    response = sign_in().post(
        "/api/v1/touches/bulk/",
        body,
        content_type="application/json",
        headers={"IPEO-Workspace": workspace.slug},
    )
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_a_line_that_is_no_json_is_named(sign_in, workspace):
    response = sign_in().post(
        "/api/v1/expenses/bulk/",
        '{"external_id": "e1"}\n{"external',
        content_type="application/x-ndjson",
        headers={"IPEO-Workspace": workspace.slug},
    )
    assert response.status_code == 400
    assert "Line 2" in response.content.decode()


def test_what_came_in_bulk_can_be_undone_and_what_changed_nothing_leaves_no_trace(
    post, do_due_work, sign_in, workspace
):
    brought = post("deals", [DEAL]).json()["imported_as"]
    assert post("deals", [DEAL]).json()["imported_as"] is None
    assert Import.objects.count() == 1
    response = sign_in().post(
        f"/api/v1/imports/{brought}/undo/",
        content_type="application/json",
        headers={"IPEO-Workspace": workspace.slug},
    )
    assert response.status_code == 202, response.content
    do_due_work()
    assert not Deal.objects.exists()
    assert not Account.objects.exists()
    assert not ImportPiece.objects.filter(undone=False).exists()


def test_another_workspace_sees_nothing_of_it(post):
    post("expenses", [EXPENSE])
    with tenancy.scope(WorkspaceFactory()):
        assert not Expense.objects.exists()


def test_a_viewer_may_not_send_rows(post):
    assert post("touches", [TOUCH], role="viewer").status_code == 403
