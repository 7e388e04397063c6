"""Reps whom files name become placeholders, which a member can later claim."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from execute.models import Deal, RepName, Task
from execute.queries.reps import known_reps, rep_key
from insight.models import Account, Contact
from ipeo import tenancy
from ipeo.models import Membership, Role


class NotAPlaceholder(Exception):
    """Somebody signs in as this member, or their access has ended already."""


class ClaimedByNobody(Exception):
    """Deals are claimed by a member who can sign in."""


@transaction.atomic
def reps_named(names: Iterable[str]) -> dict[str, Membership]:
    """Return the member whom each name means, a new placeholder where it means nobody.

    Spellings that differ in case, accents or spaces mean one person. Empty names are left out.
    It takes a few statements for any number of names.
    """
    keys = {name: rep_key(name) for name in names if name.strip()}
    found = known_reps(keys.values())
    missing: dict[str, str] = {}
    for name, key in keys.items():
        if key not in found:
            missing.setdefault(key, " ".join(name.split()))
    if missing:
        workspace = tenancy.current_workspace()
        Membership.objects.bulk_create(
            [
                Membership(workspace=workspace, role=Role.SALES_REP, source_name=name[:200])
                for name in missing.values()
            ],
            ignore_conflicts=True,
        )
        found |= known_reps(missing)
    return {name: found[key] for name, key in keys.items()}


@transaction.atomic
def claim_placeholder(*, placeholder: Membership, claimed_by: Membership) -> int:
    """Give a placeholder's deals, accounts, contacts and tasks to a member; return the deals.

    The placeholder's access ends, and its name means the claiming member from then on, so that
    the same file imported again goes to them. Raises `NotAPlaceholder` or `ClaimedByNobody`.
    """
    ours = Membership.objects.filter(workspace=tenancy.current_workspace())
    stored = ours.select_for_update().get(pk=placeholder.pk)
    claimer = ours.get(pk=claimed_by.pk)
    if not stored.is_placeholder or not stored.is_active:
        raise NotAPlaceholder(f"{stored} has already been claimed or has an account.")
    if claimer.is_placeholder or not claimer.is_active:
        raise ClaimedByNobody(f"{claimer} cannot sign in, so cannot take over deals.")
    moved = int(Deal.objects.filter(owner=stored).update(owner=claimer, version=F("version") + 1))
    Task.objects.filter(owner=stored).update(owner=claimer, version=F("version") + 1)
    for rows in (Account, Contact):
        rows.objects.filter(owner=stored).update(owner=claimer)
    stored.is_active = False
    stored.save(update_fields=["is_active"])
    RepName.objects.filter(member=stored).update(member=claimer)
    for name in {rep_key(stored.source_name), rep_key(stored.name)} - {""}:
        RepName.objects.update_or_create(key=name, defaults={"member": claimer})
    return moved
