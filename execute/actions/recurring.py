"""Expenses that recur month by month until a day: written at once, changed and removed together."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet

from execute.actions.expenses import remembered, save_expense
from execute.models import Expense
from ipeo.actions.versions import hold_version
from ipeo.numerics.ranges import month_after

MOST_MONTHS = 60
# What the later ones of a series take over from one that is changed.
SHARED = (
    "description",
    "amount",
    "original_amount",
    "original_currency",
    "state",
    "program",
    "channel",
)


class CannotRecur(Exception):
    """An expense does not recur that is paid, ends before it begins, or goes on too long."""


def months_until(first: date, until: date) -> list[date]:
    """Return the same day of each later month up to `until`; the last one of a short month."""
    days: list[date] = []
    for place in range(1, MOST_MONTHS + 1):
        month = month_after(first, place)
        day = month.replace(day=min(first.day, monthrange(month.year, month.month)[1]))
        if day > until:
            break
        days.append(day)
    return days


@transaction.atomic
def repeat_expense(*, expense: Expense, until: date) -> list[Expense]:
    """Write an expense that is planned or committed down for each later month too, until a day.

    Returns all of them, the given one first. An amount in another currency is converted at each
    day's own rate. Raises `CannotRecur`, and what `save_expense` raises.
    """
    stored = hold_version(expense, None)
    days = months_until(stored.date, until)
    if stored.state == Expense.State.ACTUAL:
        raise CannotRecur("Only planned or committed expenses can recur.")
    if stored.series is not None:
        raise CannotRecur("This expense already recurs.")
    if not days:
        raise CannotRecur("The next expense would be after this date.")
    if months_until(stored.date, until) and until >= month_after(stored.date, MOST_MONTHS + 1):
        raise CannotRecur(f"An expense can recur for at most {MOST_MONTHS} months.")
    stored.series = uuid4()
    save_expense(expense=stored)
    made = [stored]
    for day in days:
        one = Expense(date=day, series=stored.series)
        for name in SHARED:
            setattr(one, name, getattr(stored, name))
        made.append(save_expense(expense=one))
    return made


def later_of(expense: Expense) -> QuerySet[Expense]:
    """Return the later ones of an expense's series that are not paid yet."""
    found = Expense.objects.filter(series=expense.series, date__gt=expense.date).exclude(
        state=Expense.State.ACTUAL
    )
    return found if expense.series is not None else found.none()


@transaction.atomic
def save_with_later(*, expense: Expense, version: int | None = None) -> int:
    """Save an expense and give the later ones of its series the same; return how many they are.

    Their dates stay. Raises what `save_expense` raises, and `CannotRecur` for one that is paid.
    """
    if expense.state == Expense.State.ACTUAL:
        raise CannotRecur("Later expenses in the series are not paid yet. Change only this one.")
    saved = save_expense(expense=expense, version=version)
    later = list(later_of(saved).select_for_update(of=("self",)).order_by("date"))
    for one in later:
        for name in SHARED:
            setattr(one, name, getattr(saved, name))
        save_expense(expense=one)
    return len(later)


@transaction.atomic
def delete_with_later(*, expense: Expense) -> str:
    """Remove an expense and the later ones of its series; return a token that brings them back."""
    gone = [expense, *later_of(expense).order_by("date")]
    token = remembered(gone)
    Expense.objects.filter(pk__in=[one.pk for one in gone]).delete()
    return token
