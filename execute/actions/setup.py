"""The stages and drivers a workspace begins with, until it makes them its own."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import ProtectedError

from execute.models import DealStage, Driver, Outcome
from ipeo.database.uniqueness import unless_taken

STAGES: tuple[tuple[str, Outcome, bool], ...] = (
    ("Lead", Outcome.OPEN, False),
    ("Qualified", Outcome.OPEN, False),
    ("Opportunity", Outcome.OPEN, False),
    ("Proposal", Outcome.OPEN, True),
    ("Negotiation", Outcome.OPEN, True),
    ("Won", Outcome.WON, True),
    ("Lost", Outcome.LOST, False),
    ("No decision", Outcome.NO_DECISION, False),
)

# Name, how a buyer reads it where not alike, decides won deals, decides lost deals. The field's
# loss reasons with their positive twins, and what ends a deal without a decision.
DRIVERS: tuple[tuple[str, str, bool, bool], ...] = (
    ("Payback proof", "It was shown to pay back", True, False),
    ("Payback not proven", "It was not shown to pay back", False, True),
    ("Service", "", True, True),
    ("Relationship", "How well we know each other", True, True),
    ("Fit", "How it fits our needs", True, True),
    ("Price", "", True, True),
    ("Trust", "", True, True),
    ("Timing", "", True, True),
    ("Process", "How easy it was to buy", True, True),
    ("Speed of delivery", "How soon it could be in use", True, True),
    ("Urgent need", "We needed it soon", True, False),
    ("Budget in place", "The budget was there", True, False),
    ("Decider won over", "Those who decide were convinced", True, False),
    ("Worth the change", "It was worth a change", True, False),
    ("No budget", "There was no budget", False, True),
    ("No need", "There was no need after all", False, True),
    ("Decider not reached", "Those who decide were not convinced", False, True),
    ("Stayed as they were", "We stayed as we were", False, True),
    ("Went silent", "Other things came first", False, True),
)
PRICE = "Price"


@transaction.atomic
def ensure_defaults() -> None:
    """Give the scope's workspace the field's usual stages and drivers where it has none."""
    if not DealStage.objects.exists():
        DealStage.objects.bulk_create(
            [
                DealStage(name=name, outcome=outcome, is_proposal=proposal, position=place)
                for place, (name, outcome, proposal) in enumerate(STAGES, start=1)
            ],
            ignore_conflicts=True,
        )
    if not Driver.objects.exists():
        Driver.objects.bulk_create(
            [
                Driver(
                    name=name,
                    buyer_name=buyers,
                    decides_won=won,
                    decides_lost=lost,
                    is_price=name == PRICE,
                    position=place,
                )
                for place, (name, buyers, won, lost) in enumerate(DRIVERS, start=1)
            ],
            ignore_conflicts=True,
        )


def closing_stage(outcome: str) -> DealStage:
    """Return the stage in which deals of an outcome end, made where the workspace has none."""
    ensure_defaults()
    found = (
        DealStage.objects.filter(outcome=outcome, is_active=True).order_by("position", "pk").first()
    )
    if found is not None:
        return found
    name = str(Outcome(outcome).label)
    if DealStage.objects.filter(name=name).exists():
        name = f"Closed, {name.lower()}"
    made: DealStage
    made, _ = DealStage.objects.get_or_create(
        name=name, defaults={"outcome": outcome, "position": 99}
    )
    return made


class InUse(Exception):
    """Deals name this, so it stays."""


class NameTaken(Exception):
    """Another one of the workspace has this name."""


class StageMissing(Exception):
    """Deals need somewhere to begin, and somewhere to end."""


@transaction.atomic
def save_stages(*, rows: Iterable[DealStage], removed: Iterable[DealStage] = ()) -> None:
    """Save changed stages and remove others.

    Raises `NameTaken`, `InUse` for a stage that deals or their history name, also where it would
    then mean another outcome, and `StageMissing` where the last stage in use of an outcome
    would go or be put out of use.
    """
    before = _outcomes_staged()
    for stage in rows:
        stored = DealStage.objects.filter(pk=stage.pk).first() if stage.pk else None
        if stored and stored.outcome != stage.outcome and stored.deals.exists():
            raise InUse(f"“{stored}” has deals, so its type cannot change. Add another stage.")
        _save(stage)
    _remove(removed)
    for outcome in sorted(before - _outcomes_staged()):
        raise StageMissing(f"Keep a stage for deals that are {Outcome(outcome).label.lower()}.")


def _outcomes_staged() -> set[str]:
    return set(DealStage.objects.filter(is_active=True).values_list("outcome", flat=True))


@transaction.atomic
def save_drivers(*, rows: Iterable[Driver], removed: Iterable[Driver] = ()) -> None:
    """Save changed drivers and remove others.

    Raises `NameTaken`, and `InUse` for one that decided a deal.
    """
    for driver in rows:
        _save(driver)
    _remove(removed)


def _save(row: DealStage | Driver) -> None:
    with unless_taken(NameTaken(f"“{row.name}” is already in the list.")):
        row.save()


def _remove(rows: Iterable[DealStage | Driver]) -> None:
    for row in rows:
        try:
            with transaction.atomic():
                row.delete()
        except ProtectedError:
            raise InUse(
                f"“{row}” is used in deals or their history, so it cannot be deleted."
            ) from None
