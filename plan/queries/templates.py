"""Kinds of programs to begin from: a small built-in catalogue, and the workspace's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from plan.models import Program, ProgramTemplate

Offer = Program.Offer


@dataclass(frozen=True)
class TaskHint:
    """A task that a kind of program always asks: whose, and days from the flight's start."""

    title: str
    side: str = "marketing"
    days: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return it as it is kept with a program."""
        return {"title": self.title, "side": self.side, "days": self.days}


@dataclass(frozen=True)
class Kind:
    """A kind of program as the catalogue shows it; `row` where the workspace wrote it itself."""

    key: str
    name: str
    purpose: str
    channel: str
    offer: str
    message: str = ""
    discount: Decimal = Decimal(0)
    begins_after_days: int = 0
    lasts_days: int | None = None
    materials: tuple[str, ...] = ()
    tasks: tuple[TaskHint, ...] = ()
    row: ProgramTemplate | None = field(default=None, compare=False)

    @property
    def offer_label(self) -> str:
        """What it wins with, in words."""
        return str(Offer(self.offer).label)

    @property
    def is_price_led(self) -> bool:
        """Whether it sells on price."""
        return self.offer == Offer.PRICE


def _task(title: str, days: int, side: str = "marketing") -> TaskHint:
    return TaskHint(title, side, days)


BUILT_IN: tuple[Kind, ...] = (
    Kind(
        "demo-days",
        "Demo days",
        "Buyers try the product where they work, beside people who know it.",
        "Events",
        Offer.TRIAL,
        "See it work in your own rooms before you decide",
        begins_after_days=14,
        lasts_days=60,
        materials=("Demo kit", "Invitation", "Follow-up one-pager"),
        tasks=(
            _task("Choose dates and places with sales", -28),
            _task("Invite the audience", -21),
            _task("Pack the demo kit", -7),
            _task("Visit every guest within a week", 7, "sales"),
        ),
    ),
    Kind(
        "webinar",
        "Webinar",
        "Teach many at once what one customer learned, and see who comes back.",
        "Webinar",
        Offer.VALUE,
        "How a company like yours made it pay back",
        begins_after_days=21,
        lasts_days=30,
        materials=("Slides", "Registration page", "Recording"),
        tasks=(
            _task("Win a customer as speaker", -28),
            _task("Invite the audience", -14),
            _task("Call everyone who asked a question", 3, "sales"),
        ),
    ),
    Kind(
        "search",
        "Search",
        "Be found by those who already look for an answer to the problem.",
        "Search",
        Offer.VALUE,
        "The answer, with its proof, where it is asked for",
        materials=("Landing page", "Search ads"),
        tasks=(
            _task("Agree the words to be found by", -14),
            _task("Check that the landing page is tracked", -3),
        ),
    ),
    Kind(
        "trade-promotion",
        "Trade promotion",
        "A partner gets a better price for a limited time. A competitor can match it the next day.",
        "Trade promotion",
        Offer.PRICE,
        "A reason to order now",
        discount=Decimal("0.05"),
        begins_after_days=14,
        lasts_days=45,
        materials=("Terms for partners", "Price list"),
        tasks=(
            _task("Have the value guard's figures approved", -14),
            _task("Brief the partners", -5, "sales"),
        ),
    ),
    Kind(
        "direct-mail",
        "Direct mail",
        "A physical piece reaches people that screens do not.",
        "Direct mail",
        Offer.VALUE,
        "What the problem costs you each month",
        begins_after_days=21,
        lasts_days=30,
        materials=("Letter", "Reply card"),
        tasks=(
            _task("Choose the addresses", -21),
            _task("Print and post", -5),
            _task("Call those who did not reply", 10, "sales"),
        ),
    ),
    Kind(
        "referral",
        "Referral",
        "Happy customers bring in others like them.",
        "Partner",
        Offer.VALUE,
        "Who else would be glad of this?",
        materials=("Case story", "Referral letter"),
        tasks=(
            _task("Choose the customers to ask", -14, "sales"),
            _task("Write the case story", -10),
            _task("Thank everyone who gave a referral", 14, "sales"),
        ),
    ),
    Kind(
        "sales-outreach",
        "Sales outreach",
        "Reps write and call the accounts that marketing has warmed.",
        "Sales outreach",
        Offer.VALUE,
        "A short visit, with figures from your own trade",
        materials=("Call guide", "One-pager"),
        tasks=(
            _task("Agree the list of accounts", -10),
            _task("Brief the reps on message and proof", -5),
            _task("Call the first half of the list", 5, "sales"),
        ),
    ),
    Kind(
        "newsletter",
        "Newsletter",
        "Stay in the minds of those who are not buying yet.",
        "Email",
        Offer.VALUE,
        "One useful thing a month",
        materials=("Issue template",),
        tasks=(_task("Write the first issue", -7), _task("Tell sales who clicked", 3)),
    ),
)


def catalogue() -> list[Kind]:
    """Return what a program can begin from, by name: the workspace's own stand before built-ins."""
    rows = {row.key: row for row in ProgramTemplate.objects.all()}
    kinds = [_of(rows[one.key]) if one.key in rows else one for one in BUILT_IN]
    built_in = {one.key for one in BUILT_IN}
    kinds += [_of(row) for key, row in rows.items() if key not in built_in]
    shown = [one for one in kinds if one.row is None or not one.row.is_hidden]
    return sorted(shown, key=lambda one: one.name.lower())


def kind_of(key: str) -> Kind | None:
    """Return a kind of the catalogue, None where it has none of this key."""
    return next((one for one in catalogue() if one.key == key), None)


def hidden() -> list[ProgramTemplate]:
    """Return the templates that the workspace has put away."""
    return list(ProgramTemplate.objects.filter(is_hidden=True).order_by("name"))


def _of(row: ProgramTemplate) -> Kind:
    return Kind(
        key=row.key,
        name=row.name,
        purpose=row.purpose,
        channel=row.channel,
        offer=row.offer,
        message=row.message,
        discount=row.discount,
        begins_after_days=row.begins_after_days,
        lasts_days=row.lasts_days,
        materials=tuple(str(one) for one in row.materials),
        tasks=tuple(
            TaskHint(str(one["title"]), str(one.get("side", "marketing")), int(one.get("days", 0)))
            for one in row.tasks
        ),
        row=row,
    )
