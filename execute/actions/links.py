"""Tracked links are made by the workspace's naming rules, and retired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from execute.models import NamingRule, TrackedLink
from execute.numerics.codes import new_code
from execute.numerics.naming import PARAMETERS, SEPARATORS, Fault, check
from execute.queries.links import destination_of, naming_rules
from ipeo.database.holding import hold
from ipeo.models import Membership

EDITED = (
    "name",
    "target",
    "destination",
    "program",
    "channel",
    *(f"utm_{name}" for name in PARAMETERS),
)


class RulesBroken(Exception):
    """Parameters are not written by the workspace's rules; `faults` says which and why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.parameter}: {fault.message}" for fault in faults))
        self.faults = faults


class BadRules(Exception):
    """Naming rules that nothing can be checked by."""


@transaction.atomic
def save_link(*, link: TrackedLink, by: Membership | None = None) -> TrackedLink:
    """Save a link with its code and where it leads.

    Raises `RulesBroken`, and `execute.numerics.addresses.BadTarget` for a target that no link
    may lead to.
    """
    values = {name: getattr(link, f"utm_{name}").strip() for name in PARAMETERS}
    for name, value in values.items():
        setattr(link, f"utm_{name}", value)
    link.destination = destination_of(link)
    if faults := check(values, naming_rules()):
        raise RulesBroken(faults)
    if link.pk is not None:
        hold(TrackedLink, link.pk)
        # One that was retired meanwhile stays so.
        link.save(update_fields=EDITED)
        return link
    link.created_by = by
    while True:
        link.code = new_code()
        try:
            with transaction.atomic():
                link.save(force_insert=True)
        except IntegrityError as error:
            # Only a code that another link has already is drawn again.
            if "code" not in str(error):
                raise
            link.pk = None
        else:
            return link


def retire_link(*, link: TrackedLink, now: datetime | None = None) -> TrackedLink:
    """Let a link lead nowhere from now on; its clicks stay."""
    if link.retired_at is None:
        link.retired_at = now or timezone.now()
        link.save(update_fields=["retired_at"])
    return link


def restore_link(*, link: TrackedLink) -> TrackedLink:
    """Let a retired link lead to its target again."""
    if link.retired_at is not None:
        link.retired_at = None
        link.save(update_fields=["retired_at"])
    return link


@transaction.atomic
def save_naming_rules(
    *,
    lower_case: bool,
    separator: str,
    required: Sequence[str],
    allowed: Mapping[str, Sequence[str]],
) -> NamingRule:
    """Save how the workspace writes its parameters; links that stand are left as they are.

    Raises `BadRules`.
    """
    if separator not in SEPARATORS:
        raise BadRules(f"Words are joined by one of {' '.join(SEPARATORS)}")
    if unknown := (set(required) | set(allowed)) - set(PARAMETERS):
        raise BadRules(f"There is no parameter called {', '.join(sorted(unknown))}.")
    values = {
        name: list(dict.fromkeys(value.strip() for value in given if value.strip()))
        for name, given in allowed.items()
    }
    row: NamingRule
    row, _ = NamingRule.objects.update_or_create(
        defaults={
            "lower_case": lower_case,
            "separator": separator,
            "required": [name for name in PARAMETERS if name in required],
            "allowed": {name: given for name, given in values.items() if given},
        }
    )
    return row
