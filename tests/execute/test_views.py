"""The list of deals: narrowed, kept under a name, and taken along as a file."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from execute.actions import setup
from execute.models import DealStage
from execute.queries.deals import matching_deals
from ipeo.models import SavedView
from tests.factories.execute import DealFactory
from tests.factories.insight import AccountFactory, ProductFactory
from tests.factories.plan import ProgramFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(workspace):
    return lambda path="": f"/w/{workspace.slug}/{path}"


def test_a_filter_asks_for_account_product_program_days_and_amounts(workspace):
    program, product, account = ProgramFactory(), ProductFactory(), AccountFactory()
    wanted = DealFactory(
        program=program,
        product=product,
        account=account,
        expected_close_date=date(2026, 4, 1),
        net_amount=Decimal(500),
    )
    ended = DealFactory(lost=True, expected_close_date=date(2026, 4, 1), net_amount=None)
    for asked in (
        {"program": program},
        {"product": product},
        {"account": account},
        {"closes_from": date(2026, 4, 1), "closes_to": date(2026, 4, 30)},
        {"net_from": Decimal(500), "net_to": Decimal("500.00")},
    ):
        assert list(matching_deals(**asked)) == [wanted], asked
    assert list(matching_deals(closes_to=date(2026, 3, 1))) == [ended]


def test_the_file_holds_what_the_filter_leaves_and_no_cell_is_a_formula(at, sign_in):
    DealFactory(name="=1+1", account=AccountFactory(name="@cmd"), net_amount=Decimal(500))
    DealFactory(name="\tTabbed", net_amount=None)
    DealFactory(name="Too dear", net_amount=Decimal(9000))
    answer = sign_in("viewer").get(at("deals/export.csv?net_to=1000"))
    text = answer.content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["Deal"] for row in rows] == ["'=1+1"]
    assert rows[0]["Account"] == "'@cmd"
    assert (rows[0]["Net price"], rows[0]["Discount"]) == ("500.00", "0.500000")
    everything = sign_in("viewer").get(at("deals/export.csv")).content.decode("utf-8-sig")
    assert "'\tTabbed" in everything
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_filter_is_kept_found_again_and_removed(at, sign_in, workspace):
    setup.ensure_defaults()
    stage = DealStage.objects.get(name="Proposal")
    DealFactory(name="Standing desks", stage=stage)
    browser = sign_in("sales_rep")
    page = browser.get(at(f"deals/?stage={stage.pk}&q=desk"))
    query = page.context["form"].query
    answer = browser.post(at("deals/views/"), {"view-name": "My offers", "view-query": query})
    assert answer.url == at(f"deals/?{query}")
    shown = browser.get(answer.url)
    assert shown.context["here"].name == "My offers"
    assert "My offers" not in sign_in("manager").get(at("deals/")).content.decode()
    view = SavedView.objects.get()
    assert sign_in("manager").post(at(f"deals/views/{view.pk}/forget/")).status_code == 404
    browser.post(at(f"deals/views/{view.pk}/forget/"))
    assert not SavedView.objects.exists()


def test_a_shared_view_is_everybodys_and_a_manager_may_remove_it(at, sign_in):
    given = {"view-name": "Past due", "view-query": "due=past", "view-is_shared": "on"}
    sign_in("sales_rep").post(at("deals/views/"), given)
    view = SavedView.objects.get()
    assert "Past due" in sign_in("viewer").get(at("deals/")).content.decode()
    sign_in("viewer").post(at(f"deals/views/{view.pk}/forget/"))
    assert SavedView.objects.exists()
    sign_in("manager").post(at(f"deals/views/{view.pk}/forget/"))
    assert not SavedView.objects.exists()


def test_the_api_narrows_the_deals_as_the_page_does(workspace, sign_in):
    wanted = DealFactory(
        name="Standing desks", expected_close_date=date(2026, 4, 1), net_amount=Decimal(500)
    )
    DealFactory(name="Chairs", lost=True, net_amount=Decimal(9000))
    browser, headers = sign_in("viewer"), {"ipeo-workspace": workspace.slug}
    for asked in ("search=desk standing", "closes_from=2026-03-02", "net_to=1000"):
        rows = browser.get(f"/api/v1/deals/?{asked}", headers=headers).json()["results"]
        assert [row["id"] for row in rows] == [wanted.pk], asked
    nobody = browser.get("/api/v1/deals/?campaign=1&closes_to=2020-01-01", headers=headers)
    assert nobody.json()["results"] == []


def test_saved_views_over_the_api(workspace, sign_in):
    headers = {"ipeo-workspace": workspace.slug}
    browser, address = sign_in("marketer"), "/api/v1/saved-views/"
    kind = {"content_type": "application/json", "headers": headers}
    given = {"page": "execute:deals", "name": "Won", "query": "outcome=won", "is_shared": True}
    made = browser.post(address, given, **kind)
    assert made.status_code == 201
    refused = browser.post(address, given | {"page": "no:such"}, **kind)
    assert refused.status_code == 400
    row = sign_in("viewer").get(f"{address}?page=execute:deals", headers=headers).json()
    assert [line["name"] for line in row["results"]] == ["Won"]
    theirs = f"{address}{made.json()['id']}/"
    assert sign_in("viewer").delete(theirs, headers=headers).status_code == 403
    assert browser.delete(theirs, headers=headers).status_code == 204
