"""People change their role in a workspace, lose access, and get keys to the API."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ipeo import tenancy
from ipeo.database.holding import RowGone
from ipeo.models import ApiToken, Membership, Role, Workspace
from ipeo.permissions import PERMISSIONS, may_give
from ipeo.tokens import EVERYTHING, READ, SCOPES, WRITE, digest_of


class LastOwner(Exception):
    """A workspace keeps at least one owner."""


class NobodyElseApproves(Exception):
    """For four eyes it takes two who may approve."""


class OwnersOnly(Exception):
    """Only an owner makes another owner, or changes one."""


@transaction.atomic
def change_member(*, membership: Membership, role: str, is_active: bool, by: Membership) -> None:
    """Save a member's role and access; raises `LastOwner` or `OwnersOnly`."""
    workspace = tenancy.current_workspace()
    # Owners are held in one order, so that two who leave at once do not wait for each other.
    asked_for = Q(pk=membership.pk) | Q(role=Role.OWNER, is_active=True, user__is_active=True)
    rows = Membership.objects.filter(asked_for, workspace=workspace).order_by("pk")
    held = {row.pk: row for row in rows.select_for_update(of=("self",))}
    if membership.pk not in held:
        raise RowGone
    stored = held.pop(membership.pk)
    guard_owner(by, role)
    guard_owner(by, stored.role)
    loses_ownership = stored.role == Role.OWNER and (role != Role.OWNER or not is_active)
    if loses_ownership and not held:
        raise LastOwner("Make someone else an owner first: a workspace needs at least one.")
    stored.role, stored.is_active = role, is_active
    stored.save(update_fields=["role", "is_active"])


def guard_owner(by: Membership, role: str) -> None:
    """Raise `OwnersOnly` where somebody else would give an owner's role, or change an owner."""
    if not may_give(by, role):
        raise OwnersOnly("Only an owner can add or change an owner.")


class UnknownScope(Exception):
    """A token is asked for something that no permission is called."""


def make_token(
    *,
    membership: Membership,
    name: str,
    days: int,
    may_write: bool = False,
    scopes: Sequence[str] = (),
    now: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Save a token and return it with its secret, which is shown once and kept nowhere.

    Without `scopes` it reads everything that its member may, and writes it with `may_write`.
    Raises `UnknownScope`.
    """
    wanted = list(dict.fromkeys(scopes)) or [f"{EVERYTHING}:{WRITE if may_write else READ}"]
    if unknown := set(wanted) - set(SCOPES):
        raise UnknownScope(f"There is no scope called {', '.join(sorted(unknown))}.")
    secret = f"ipeo_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        membership=membership,
        name=name,
        scopes=wanted,
        prefix=secret[:9],
        digest=digest_of(secret),
        expires_at=(now or timezone.now()) + timedelta(days=days),
    )
    return token, secret


def revoke_token(*, token: ApiToken, now: datetime | None = None) -> None:
    """End a token at once."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now or timezone.now())


def save_settings(*, workspace: Workspace, fields: list[str]) -> None:
    """Save a workspace's changed settings.

    Raises `NobodyElseApproves` where nobody may approve their own, and nobody else could either.
    """
    if workspace.four_eyes and "four_eyes" in fields:
        approvers = Membership.objects.filter(
            workspace=workspace,
            role__in=PERMISSIONS["plan.approve"],
            is_active=True,
            user__is_active=True,
        )
        if approvers.count() < 2:
            raise NobodyElseApproves(
                "Only one member can approve. Make someone else a manager first."
            )
    workspace.save(update_fields=fields)
