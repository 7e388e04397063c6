"""A cycle is planned by keyboard alone: from carried findings to the manager's approval."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from insight.models import Disposition
from ipeo import tenancy
from ipeo.models import Role
from tests.browser.browsing import Person
from tests.browser.product import Product
from tests.factories.insight import (
    AudienceFactory,
    BrandStoryFactory,
    FindingFactory,
    ProofPointFactory,
)
from tests.factories.ipeo import (
    PASSWORD,
    CampaignFactory,
    CycleFactory,
    MembershipFactory,
    UserFactory,
    WorkspaceFactory,
)
from tests.factories.plan import ObjectiveFactory

# One worker runs them in turn: they share a running product.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FINDING = "Buyers who see the payback pay list price"


@pytest.fixture(scope="module", autouse=True)
def cycle(product: Product) -> int:
    """A cycle in Insight that a finding was carried into, with an objective; return its id."""
    with product.rows():
        workspace = WorkspaceFactory(slug="keys", name="Northwind Office", currency="USD")
        for name, role in (("Kim Keys", Role.MARKETER), ("Max Moore", Role.MANAGER)):
            user = UserFactory(
                name=name, email=f"{name.split()[0].lower()}@keys.test", password=PASSWORD
            )
            MembershipFactory(workspace=workspace, user=user, role=role)
        with tenancy.scope(workspace):
            campaign = CampaignFactory(name="Desks that pay back")
            made = CycleFactory(
                campaign=campaign, starts_on=date(2026, 7, 1), ends_on=date(2026, 9, 30)
            )
            AudienceFactory(name="Facility managers")
            ProofPointFactory(story=BrandStoryFactory())
            finding = FindingFactory(statement=FINDING, campaign=campaign)
            Disposition.objects.create(finding=finding, cycle=made, carried=True)
            ObjectiveFactory(cycle=made, target=Decimal(90_000), due_date=date(2026, 9, 30))
            return int(made.pk)


def reach(page: Page, target: Locator) -> None:
    """Press Tab until something has the focus, as somebody without a mouse does."""
    expect(target).to_be_visible()
    for _ in range(90):
        if target.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("Tab never reached it")


def enter(who: Person, name: str, *, role: str = "link") -> None:
    """Reach a link or button of the page and press Enter on it."""
    target = who.main().get_by_role(role, name=name).first  # type: ignore[arg-type]
    reach(who.page, target)
    who.page.keyboard.press("Enter")
    who.settle()


def test_a_cycle_is_planned_by_keyboard_alone(person: Callable[..., Person], cycle: int) -> None:
    kim = person()
    keys = kim.page.keyboard
    kim.sign_in("kim@keys.test", PASSWORD)

    kim.open(f"/w/keys/insight/cycles/{cycle}/")
    kim.sees(FINDING)
    enter(kim, f"Decide : {FINDING}")
    adopt = kim.page.get_by_role("radio", name="Adopt")
    reach(kim.page, kim.page.get_by_role("radio").first)
    for _ in range(4):
        if adopt.is_checked():
            break
        keys.press("ArrowDown")
    enter(kim, "Save the decision", role="button")
    kim.sees("Adopted by Kim Keys")

    kim.open(f"/w/keys/plan/cycles/{cycle}/")
    enter(kim, "Start the first scenario")
    reach(kim.page, kim.page.get_by_label("Name"))
    keys.type("Prove the payback")
    keys.press("Enter")
    kim.sees("No program in this scenario yet")
    enter(kim, "Add a program")
    enter(kim, "Begin from a template")
    enter(kim, "Begin with this : Demo days")
    reach(kim.page, kim.page.get_by_label("The finding it rests on"))
    keys.press("ArrowDown")
    enter(kim, "Put it in the plan", role="button")

    first = kim.page.get_by_label("Demo days, Jul 2026")
    reach(kim.page, first)
    keys.type("12000")
    keys.press("Enter")
    for _ in range(2):
        keys.press("Shift+ArrowRight")
    keys.press("Control+r")
    expect(kim.page.get_by_label("Demo days, Sep 2026")).to_have_value("12,000")
    keys.press("Control+z")
    expect(kim.page.get_by_label("Demo days, Sep 2026")).to_have_value("0")
    keys.press("Control+y")
    expect(kim.page.locator("#saved")).to_have_text("Saved just now")
    expect(kim.page.locator("#money")).to_contain_text("$36,000 planned")
    kim.sees("Chance to reach it")
    assert kim.faults() == []

    enter(kim, "Propose for approval")
    enter(kim, "Propose for approval", role="button")
    address = kim.page.url.removeprefix(kim.address)

    max_moore = person()
    max_moore.sign_in("max@keys.test", PASSWORD)
    max_moore.open(address)
    enter(max_moore, "Approve")
    enter(max_moore, "Approve", role="button")
    max_moore.sees("As approved")
    assert max_moore.page.url.endswith(address)
