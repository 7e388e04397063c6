"""A cycle is planned by keyboard alone: from carried findings to the manager's approval."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from insight.models import Disposition
from ipeo import tenancy
from ipeo.models import Role, Workspace
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
from tests.factories.plan import (
    ObjectiveFactory,
    ProgramFactory,
    ProgramPlanFactory,
    ScenarioFactory,
)

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
    kim.sees("No programs in this scenario yet")
    enter(kim, "Add a program")
    enter(kim, "Start from a template")
    enter(kim, "Use this template : Demo days")
    reach(kim.page, kim.page.get_by_label("Based on finding"))
    keys.press("ArrowDown")
    enter(kim, "Add to plan", role="button")

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
    kim.sees("Chance of reaching it")
    assert kim.faults() == []

    enter(kim, "Propose for approval")
    enter(kim, "Propose for approval", role="button")
    address = kim.page.url.removeprefix(kim.address)

    max_moore = person()
    max_moore.sign_in("max@keys.test", PASSWORD)
    max_moore.open(address)
    enter(max_moore, "Approve")
    enter(max_moore, "Approve", role="button")
    max_moore.sees("Approved")
    assert max_moore.page.url.endswith(address)


_STYLED = 'for (const one of document.querySelectorAll("input")) one.style.caretColor = "auto"'


def paste(who: Person, cell: str, text: str) -> None:
    """Paste what was copied out of a spreadsheet into a cell."""
    who.page.get_by_label(cell).focus()
    who.page.evaluate(
        """(text) => {
          const held = new DataTransfer();
          held.setData("text/plain", text);
          const how = {clipboardData: held, bubbles: true, cancelable: true};
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", how));
        }""",
        text,
    )


def test_a_pasted_table_goes_to_the_programs_it_names_and_a_clash_waits_for_a_decision(
    person: Callable[..., Person], product: Product, cycle: int
) -> None:
    with product.rows():
        with tenancy.system():
            workspace = Workspace.objects.get(slug="keys")
        with tenancy.scope(workspace):
            scenario = ScenarioFactory(cycle_id=cycle, name="Two at once")
            for name in ("Search", "Trade fair"):
                program = ProgramFactory(campaign_id=scenario.cycle.campaign_id, name=name)
                ProgramPlanFactory(scenario=scenario, program=program, position=len(name))
    kim, max_moore = person(), person()
    for who, email in ((kim, "kim@keys.test"), (max_moore, "max@keys.test")):
        who.sign_in(email, PASSWORD)
        who.open(f"/w/keys/plan/scenarios/{scenario.pk}/")
        # Browsers and their extensions leave styles on fields; what is swapped in takes none on.
        who.page.evaluate(_STYLED)
    saved, july = kim.page.locator("#saved"), "Search, Jul 2026"

    paste(kim, july, "\tJul\tAug\tTotal\nTrade fair\t1.500,50\t2,000\t3500\nSearch\t700\t0\t700\n")
    kim.sees("Each row went to the program it names.")
    expect(saved).to_have_text("Saved just now")
    kim.page.get_by_label("Search, Sep 2026").focus()
    expect(kim.page.get_by_label("Trade fair, Jul 2026")).to_have_value("1,500.50")
    expect(kim.page.get_by_label(july)).to_have_value("700")
    paste(kim, july, "Search\t1\nNowhere\t2\n")
    kim.sees("“Nowhere” is no program of this plan")
    expect(kim.page.get_by_label(july)).to_have_value("700")

    # He had not been shown her amount when he began to type.
    max_moore.page.get_by_label("Search, Sep 2026").fill("900")
    kim.page.get_by_label("Search, Sep 2026").fill("800")
    kim.page.keyboard.press("Enter")
    expect(saved).to_have_text("Saving")
    expect(saved).to_have_text("Saved just now")
    max_moore.page.keyboard.press("Enter")
    max_moore.sees("Kim Keys changed this to 800 in the meantime. Save again to keep yours.")
    max_moore.page.get_by_label("Trade fair, Sep 2026").fill("50")
    max_moore.page.keyboard.press("Enter")
    expect(max_moore.page.locator("#saved")).to_have_text("Saving")
    expect(max_moore.page.locator("#saved")).to_have_text("Not saved")
    kim.sees("Search, Sep 2026: Max Moore also entered 900 here.")
    max_moore.press("Save")
    expect(max_moore.page.get_by_text("Budget saved.")).to_be_visible()
    expect(kim.page.get_by_label("Search, Sep 2026")).to_have_value("900")
    expect(kim.page.locator("#sheet-clashes")).to_be_empty()
    # What he decided is not hers to undo.
    kim.page.get_by_label("Search, Aug 2026").focus()
    kim.page.keyboard.press("Control+z")
    kim.sees("1 cell changed since and stays as it is.")
    expect(kim.page.get_by_label("Search, Sep 2026")).to_have_value("900")
