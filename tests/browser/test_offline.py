"""A rep logs an outcome on a phone without a network, and it arrives once."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from execute.actions.setup import ensure_defaults
from execute.models import Deal, DealDriver, DealStage
from ipeo import tenancy
from ipeo.models import AuditEvent, Role, Workspace
from tests.browser.browsing import Person
from tests.browser.product import Product
from tests.factories.execute import DealFactory
from tests.factories.insight import AccountFactory
from tests.factories.ipeo import PASSWORD, MembershipFactory, UserFactory, WorkspaceFactory
from tests.local.processes import eventually

# One worker runs them in turn: they share a running product.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DAY = "/w/offices/mine/"


@pytest.fixture(scope="module", autouse=True)
def deals(product: Product) -> dict[str, int]:
    """Two reps, one with three deals that wait; gives the deals' ids by buyer."""
    made = {}
    with product.rows():
        workspace = WorkspaceFactory(slug="offices", name="Northwind Office", currency="USD")
        reps = {}
        for name in ("Ron Reyes", "Rita Rossi"):
            email = f"{name.split()[0].lower()}@offices.test"
            user = UserFactory(name=name, email=email, password=PASSWORD)
            reps[name] = MembershipFactory(workspace=workspace, user=user, role=Role.SALES_REP)
        with tenancy.scope(workspace):
            ensure_defaults()
            stage = DealStage.objects.get(name="Proposal")
            for days, buyer in enumerate(("Harbor Clinics", "Lakeside School", "Old Mill")):
                made[buyer] = DealFactory(
                    name=f"Desks for {buyer}",
                    account=AccountFactory(name=buyer),
                    owner=reps["Ron Reyes"],
                    stage=stage,
                    list_amount=Decimal(10_000),
                    net_amount=None,
                    expected_close_date=date.today() - timedelta(days=9 - days),
                ).pk
    return made


def pages_kept(who: Person) -> int:
    """Return how many pages of anybody's the phone keeps."""
    count: int = who.page.evaluate(
        """async () => {
          let count = 0;
          for (const name of await caches.keys()) {
            if (!name.startsWith("ipeo-pages-")) continue;
            count += (await (await caches.open(name)).keys()).length;
          }
          return count;
        }"""
    )
    return count


@pytest.fixture
def ron(person: Callable[..., Person]) -> Person:
    """A rep whose phone has kept the pages of the day."""
    ron = person(phone=True)
    ron.sign_in("ron@offices.test", PASSWORD)
    ron.open(DAY)
    eventually(lambda: pages_kept(ron) >= 2)
    return ron


def cut(who: Person) -> None:
    """Take the network away; what the browser then says of it is no complaint."""
    who.context.set_offline(True)
    who.complaints = _Deaf(who.complaints)


class _Deaf(list[str]):
    def append(self, line: str) -> None:
        if "ERR_INTERNET_DISCONNECTED" not in line and "Failed to fetch" not in line:
            super().append(line)


def win(who: Person, buyer: str) -> None:
    who.follow(buyer, exact=False)
    who.pick("Won")
    who.pick("Payback proof")
    who.pick("Relationship")
    who.fill("Net price, list $10,000", "9,700")
    who.sees("3.0% off")
    who.press("Save outcome")


def logged(product: Product, deal: int) -> tuple[str, list[str], int]:
    """Return the outcome on the server, its drivers, and how often the audit tells of it."""
    with product.rows(), tenancy.system():
        workspace = Workspace.objects.get(slug="offices")
    with product.rows(), tenancy.scope(workspace):
        stored = Deal.objects.get(pk=deal)
        drivers = DealDriver.objects.filter(deal=deal).order_by("rank")
        told = AuditEvent.objects.filter(table_name="execute_deal", row_id=deal)
        times = sum("outcome" in event.changes for event in told.filter(action="update"))
        return stored.outcome, [str(row.driver) for row in drivers], times


def test_an_outcome_logged_without_a_network_arrives_once(
    product: Product, ron: Person, deals: dict[str, int]
) -> None:
    harbor = deals["Harbor Clinics"]
    cut(ron)
    ron.open(DAY)
    win(ron, "Harbor Clinics")
    ron.sees("Waiting to be sent")
    assert ron.faults() == []
    assert not ron.is_wider_than_its_window()
    ron.follow("My day")
    ron.sees(re.compile("On this phone.*Harbor Clinics.*Won, 9,700.*Waiting to be sent", re.S))
    assert logged(product, harbor) == ("open", [], 0)

    ron.page.close()
    ron.context.set_offline(False)
    ron.page = ron.context.new_page()
    ron.open(DAY)
    eventually(lambda: logged(product, harbor)[0] == "won")
    expect(ron.main().get_by_text("Waiting to be sent")).to_have_count(0)
    ron.open(DAY)
    assert logged(product, harbor) == ("won", ["Payback proof", "Relationship"], 1)
    expect(ron.main().get_by_text("Harbor Clinics")).to_have_count(0)


def test_what_waits_is_not_sent_by_somebody_else_and_is_mended_where_it_is_refused(
    product: Product, ron: Person, deals: dict[str, int]
) -> None:
    school = deals["Lakeside School"]
    cut(ron)
    ron.open(DAY)
    win(ron, "Lakeside School")
    ron.sees("Waiting to be sent")
    ron.context.clear_cookies()
    ron.context.set_offline(False)
    ron.open("/accounts/login/")
    ron.sign_in("rita@offices.test", PASSWORD)
    ron.open(DAY)
    eventually(lambda: pages_kept(ron) == 1)
    expect(ron.main().get_by_text("Lakeside School")).to_have_count(0)
    assert logged(product, school)[0] == "open"

    # Its own person is back; meanwhile the deal was given another price.
    with product.rows(), tenancy.system():
        workspace = Workspace.objects.get(slug="offices")
    with product.rows(), tenancy.scope(workspace):
        Deal.objects.filter(pk=school).update(version=2)
    ron.context.clear_cookies()
    with ron.expecting_refusal():
        ron.sign_in("ron@offices.test", PASSWORD)
        ron.open(DAY)
        ron.sees(re.compile("Lakeside School.*Not accepted, needs a fix", re.S))
    ron.follow("Lakeside School", exact=False)
    ron.sees("This was not accepted.")
    ron.sees("Someone else changed this deal in the meantime")
    assert ron.faults() == []
    with ron.expecting_refusal():
        ron.press("Save outcome")
        ron.sees("Save to replace theirs")
    ron.press("Save outcome")
    ron.sees("Won, logged")
    assert logged(product, school) == ("won", ["Payback proof", "Relationship"], 1)


def test_signing_out_leaves_no_page_on_the_phone(ron: Person) -> None:
    ron.page.get_by_role("button", name="More").click()
    ron.page.locator("#more").get_by_role("button", name="Sign out").click()
    ron.settle()
    eventually(lambda: pages_kept(ron) == 0)
    cut(ron)
    ron.open(DAY)
    expect(ron.page.locator("#main")).to_contain_text("You are offline")


def test_a_buyer_answers_on_a_phone_and_stands_beside_the_rep(
    product: Product, person: Callable[..., Person], deals: dict[str, int]
) -> None:
    with product.rows(), tenancy.system():
        workspace = Workspace.objects.get(slug="offices")
    with product.rows(), tenancy.scope(workspace):
        stage = DealStage.objects.get(name="Won")
        deal = DealFactory(won=True, stage=stage, name="Desks", account=None).pk
    mia, buyer = person(), person(phone=True)
    mia.sign_in("ron@offices.test", PASSWORD)
    mia.open(f"/w/offices/deals/{deal}/")
    mia.follow("Ask the buyer")
    mia.press("Create the link")
    address = mia.page.locator("#review-link").input_value()
    buyer.open(address)
    buyer.pick("How it fits our needs")
    buyer.pick("Trust")
    buyer.pick("Much better")
    buyer.pick("Yes")
    assert buyer.faults() == []
    assert not buyer.is_wider_than_its_window()
    buyer.press("Send my answer")
    buyer.sees("Thank you")
    with buyer.expecting_refusal():
        buyer.open(address)
        buyer.sees("This link is not active")
    mia.open(f"/w/offices/deals/{deal}/")
    mia.sees("Your team has not recorded what decided it.")
    mia.sees("Much better")
    assert mia.faults() == []
