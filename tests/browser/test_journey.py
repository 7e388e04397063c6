"""One campaign goes round the whole loop in a browser, from Insight to the next cycle's Insight."""

import re
import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from ipeo.models import Role
from tests.browser.browsing import Person
from tests.browser.product import Product
from tests.factories.ipeo import PASSWORD, MembershipFactory, UserFactory, WorkspaceFactory

# One worker runs them in turn: they share a running product.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CAMPAIGN = "Desks that pay back"
TODAY = date.today()
STARTS_ON = (TODAY.replace(day=1) - timedelta(days=1)).replace(day=1)


@pytest.fixture(scope="module", autouse=True)
def people(product: Product) -> None:
    """A workspace whose only content is its members."""
    with product.rows():
        workspace = WorkspaceFactory(slug="brand", name="Northwind Office", currency="USD")
        for name, role in (
            ("Mia Marsh", Role.MARKETER),
            ("Ron Reyes", Role.SALES_REP),
            ("Max Moreau", Role.MANAGER),
        ):
            email = f"{name.split()[0].lower()}@example.test"
            user = UserFactory(name=name, email=email, password=PASSWORD)
            MembershipFactory(workspace=workspace, user=user, role=role)


def begin(mia: Person) -> None:
    mia.follow("New campaign")
    mia.fill("Name", CAMPAIGN)
    mia.fill("Goal", "Facility managers know what a bad chair costs")
    mia.fill("First cycle starts", STARTS_ON.isoformat())
    mia.fill("First cycle ends", TODAY.isoformat())
    mia.press("Start the campaign")
    mia.sees("Define an audience")
    assert mia.faults() == []

    mia.follow("Define an audience", exact=False)
    mia.fill("Name", "Facility managers in healthcare")
    mia.press("Add a condition")
    mia.choose("About", "Industry")
    mia.fill("Value", "Healthcare")
    mia.sees("0 people")
    assert mia.faults() == []
    mia.press("Save audience")

    mia.go("Insight")
    mia.follow("Write the story")
    mia.fill("Title", "The chair that pays back")
    mia.fill("Audience", "Facility managers who answer for sick leave")
    mia.fill("Their problem", "Back pain costs more than furniture")
    mia.fill("Our promise", "A desk that earns its price back within fourteen months")
    mia.press("Save story")
    mia.fill("Proof point", "Sick leave fell by a fifth at Harbor Clinics")
    mia.fill("Evidence", "Their own count over 18 months")
    mia.press("Add proof point")
    mia.sees("Sick leave fell by a fifth")
    assert mia.faults() == []


def record_what_is_known(mia: Person) -> None:
    mia.go("Insight")
    mia.follow("Products", exact=False)
    mia.follow("Add a product")
    mia.fill("Name", "Vertical Desk")
    mia.fill("List price", "1000")
    mia.fill("Unit cost", "600")
    mia.fill("What buyers value it for", "Healthy backs")
    mia.press("Save")
    mia.follow("Channels", exact=False)
    for name in ("Field events", "Search"):
        mia.follow("New channel")
        mia.fill("Name", name)
        mia.press("Save")
        mia.sees(name)

    mia.go("Insight")
    mia.follow(f"{CAMPAIGN}, cycle 1")
    mia.follow("New finding")
    mia.fill("What we learned", "Buyers who see the payback pay list price")
    mia.choose("Source", "")
    mia.fill("What was measured or observed", "Won at list")
    mia.fill("Figure or text", "41")
    mia.choose("Unit", "percent")
    mia.fill("Sample size (n)", "120")
    mia.press("Save finding")
    mia.go("Insight")
    mia.sees("Buyers who see the payback")
    mia.follow("Decide", exact=False)
    mia.pick("Adopt")
    assert mia.faults() == []
    mia.press("Save the decision")
    mia.sees("Adopted by Mia Marsh")


def move_to_plan(mia: Person) -> None:
    mia.go("Insight")
    mia.sees("All findings decided")
    mia.follow(f"{CAMPAIGN}, cycle 1")
    assert mia.faults() == []
    mia.follow("Move to Plan")
    mia.press("Move to Plan")
    mia.sees("There is no scenario yet")


def plan(mia: Person) -> None:
    mia.follow("There is no scenario yet")
    mia.follow("Start the first scenario")
    mia.fill("Name", "Prove the payback")
    mia.press("Create scenario")
    assert mia.faults() == []

    mia.follow("Set an objective")
    mia.choose("Metric", "Win rate")
    mia.fill("Baseline", "50%")
    mia.fill("Target", "60%")
    assert mia.faults() == []
    mia.press("Save objective")

    for name, channel, offer in (
        ("Demo days", "Field events", "Value"),
        ("Autumn rebate", "Search", "Price"),
    ):
        mia.follow("Add a program")
        mia.follow("New program")
        mia.fill("Name", name)
        mia.choose("Channel", channel)
        mia.pick(offer)
        if offer == "Price":
            mia.fill("Discount on list price", "8%")
        mia.press("Save")
        if offer == "Value":
            mia.choose("Based on finding", "Buyers who see")
            mia.choose("Audience", "Facility managers")
        else:
            mia.page.get_by_label("It is a bet").check()
        assert mia.faults() == []
        mia.press("Add program")


def fill_the_sheet(mia: Person) -> None:
    for program, amounts in (("Demo days", ("4000", "6000")), ("Autumn rebate", ("1000", "1500"))):
        row = mia.page.get_by_role("row").filter(has_text=program)
        for cell, amount in zip(row.get_by_role("textbox").all(), amounts, strict=True):
            cell.fill(amount)
    mia.sees("$12,500 planned")
    mia.sees("Saved just now")
    assert mia.faults() == []
    mia.follow("price-led")
    mia.sees("Break-even uplift in volume")
    mia.sees("25%")
    mia.sees("A manager decides this")
    assert mia.faults() == []
    mia.follow("cycle 1", exact=False)
    mia.follow("Propose for approval")
    mia.sees("A manager will also decide")
    mia.press("Propose for approval")
    mia.sees("Proposed")


def approve(max_: Person) -> None:
    max_.go("Home")
    max_.sees("Plans waiting for your approval")
    max_.follow("Autumn rebate")
    max_.sees("Break-even uplift in volume")
    max_.fill("Why this discount is worth it", "Once, to move last year's chairs")
    max_.press("Approve this offer")
    max_.go("Home")
    max_.follow("Prove the payback")
    assert max_.faults() == []
    max_.press("Approve")
    max_.sees("The plan and its forecast are frozen")
    assert max_.faults() == []


def move_to_execute(mia: Person) -> None:
    mia.go("Campaigns")
    mia.follow(CAMPAIGN)
    mia.sees("Ready for the next stage.")
    mia.follow("Move to Execute")
    mia.press("Move to Execute")
    mia.sees("Demo days has no spend during its flight")


def csv(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def day(before: int) -> str:
    return (TODAY - timedelta(days=before)).isoformat()


def files() -> dict[str, bytes]:
    """What a CRM and an event tool would export: people, touches, and deals of two kinds of end."""
    people = [f"Buyer {n}" for n in range(1, 13)]
    won = {1, 2, 3, 4, 5, 6, 7}
    touches = ["Email,Date,Channel,Program,Type"]
    deals = ["ID,Deal name,Account,Contact,Product,Owner,Stage,Created,Close date,List,Net,Cost"]
    for n, name in enumerate(people, start=1):
        first, second = day(50 - n), day(30 - n)
        program = ("Field events", "Demo days") if n % 3 else ("Search", "Autumn rebate")
        touches += [
            f"{n}@clinics.example,{first},{program[0]},{program[1]},Impression",
            f"{n}@clinics.example,{second},Field events,Demo days,Event attended",
        ]
        last = n > 10
        stage = "Negotiation" if last else "Won" if n in won else "Lost"
        deals.append(
            f"D{n},{name} desks,Clinic {n},{n}@clinics.example,Vertical Desk,Ron Reyes,{stage},"
            f"{second},{day(13 - n)},10000,{9200 if n % 3 == 0 else 10000},6000"
        )
    return {
        "contacts": csv(
            "Name,Email,Account,Industry",
            *(f"{people[n - 1]},{n}@clinics.example,Clinic {n},Healthcare" for n in range(1, 13)),
        ),
        "touches": csv(*touches),
        "deals": csv(*deals),
    }


def import_facts(mia: Person) -> None:
    for kind, content in files().items():
        mia.go("Imports")
        mia.follow("Import a file")
        mia.page.set_input_files(
            "input[type=file]", {"name": f"{kind}.csv", "mimeType": "text/csv", "buffer": content}
        )
        mia.press("Preview")
        assert mia.faults() == []
        mia.press("Import ", exact=False)
        mia.sees(re.compile("Refused\\s+0\\s"), within=20)
        assert mia.faults() == []


def work(mia: Person, max_: Person) -> None:
    mia.go("Materials")
    mia.follow("New material")
    mia.fill("Name", "Payback calculator")
    mia.press("Save")
    max_.go("Materials")
    max_.follow("Payback calculator")
    max_.press("Approve version 1")
    max_.sees("by Max Moreau")

    mia.go("Campaigns")
    mia.follow(CAMPAIGN)
    for program, amount in (("Demo days", "9,000"), ("Autumn rebate", "2,000")):
        mia.follow(f"{program} has no spend during its flight")
        mia.fill("Amount", amount)
        mia.fill("Date", day(20))
        mia.choose("Status", "Actual")
        assert mia.faults() == []
        mia.press("Save")
        mia.go("Campaigns")
        mia.follow(CAMPAIGN)
    mia.sees("$11K")

    mia.go("Execute")
    mia.follow(f"{CAMPAIGN}, cycle 1")
    mia.follow("New task")
    mia.fill("Title", "Call those who came to the demo days")
    mia.press("Save")
    mia.sees("Call those who came")
    mia.go("Campaigns")
    mia.follow(CAMPAIGN)
    mia.follow("1 task is open")
    assert mia.faults() == []
    mia.press("Done: Call those who came to the demo days")
    mia.sees("Done, undo")


def sees_measured(who: Person, words: str) -> None:
    """Look at home again until the worker has measured."""
    until = time.monotonic() + 30
    while True:
        who.open("/w/brand/")
        if words in who.main().inner_text():
            return
        assert time.monotonic() < until, f"{words} never came:\n{who.main().inner_text()}"


def log_outcome(ron: Person) -> None:
    ron.sees("2 past the close date")
    assert ron.faults() == []
    ron.follow("Clinic 11", exact=False)
    ron.pick("Won")
    ron.pick("Payback proof")
    ron.pick("Relationship")
    ron.fill("Net price, list $10,000", "9,700")
    ron.sees("3.0% off")
    ron.pick("Payback calculator")
    assert ron.faults() == []
    assert not ron.is_wider_than_its_window()
    ron.press("Save outcome")
    ron.sees("Won, logged")
    assert ron.faults() == []


def log_a_loss(ron: Person) -> None:
    ron.follow("Log this one")
    ron.pick("Lost")
    ron.pick("Payback not proven")
    ron.press("Save outcome")
    ron.sees("Lost, logged")
    ron.sees("All outcomes logged")


def move_to_optimize(mia: Person) -> None:
    mia.go("Campaigns")
    mia.follow(CAMPAIGN)
    mia.sees("Ready for the next stage.")
    assert mia.faults() == []
    mia.follow("Move to Optimize")
    mia.press("Move to Optimize")
    mia.sees("Close the period")


def close(max_: Person) -> None:
    max_.go("Optimize")
    max_.follow(f"What to do next in {CAMPAIGN}, cycle 1")
    assert max_.faults() == []
    while max_.main().get_by_role("link", name="Decide", exact=True).count():
        max_.follow("Decide")
        max_.pick("Accept")
        assert max_.faults() == []
        max_.press("Save the decision")
    max_.press("Close the period")
    max_.press("Close it")
    max_.sees("Period closed")
    max_.follow("Close the cycle")
    max_.press("Close the cycle")
    max_.sees("Cycle 2")
    assert max_.faults() == []


def sees_what_was_learned(mia: Person) -> None:
    mia.go("Insight")
    mia.follow(f"{CAMPAIGN}, cycle 2")
    mia.sees("Payback not proven decided 100% of the deals that were lost")
    assert mia.faults() == []
    learned = mia.main().get_by_role("listitem").filter(has_text="Payback not proven")
    assert learned.get_by_role("link", name=re.compile("^Decide")).count() == 1
    mia.go("Campaigns")
    mia.follow(CAMPAIGN)
    mia.sees(re.compile("Decide on \\d+ findings carried over"))


def test_a_campaign_goes_round_the_whole_loop(
    product: Product, person: Callable[..., Person]
) -> None:
    mia, max_, ron = person(), person(), person(phone=True)
    mia.sign_in("mia@example.test", PASSWORD)
    begin(mia)
    record_what_is_known(mia)
    move_to_plan(mia)
    plan(mia)
    fill_the_sheet(mia)
    max_.sign_in("max@example.test", PASSWORD)
    approve(max_)
    move_to_execute(mia)
    import_facts(mia)
    work(mia, max_)
    sees_measured(max_, "7 won of 10")
    assert max_.faults() == []
    ron.sign_in("ron@example.test", PASSWORD)
    log_outcome(ron)
    sees_measured(max_, "8 won of 11")
    log_a_loss(ron)
    sees_measured(max_, "8 won of 12")
    move_to_optimize(mia)
    close(max_)
    sees_what_was_learned(mia)
