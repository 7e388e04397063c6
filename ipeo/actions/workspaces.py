"""Workspaces begin, and people join them."""

from __future__ import annotations

from django.db import transaction

from ipeo import stages, tenancy
from ipeo.database.uniqueness import unless_taken
from ipeo.models import Membership, Role, User, Workspace


class SlugTaken(Exception):
    """Another workspace has this address."""


def create_workspace(
    *,
    slug: str,
    name: str = "",
    currency: str = "USD",
    time_zone: str = "UTC",
    owner: User | None = None,
) -> Workspace:
    """Save and return a workspace, with its owner as a member where one is given.

    Each stage gives it what it begins with, so that the first page is as usable as any.
    Raises `SlugTaken`, or `ValidationError` for a currency, zone or slug that is none.
    """
    workspace = Workspace(
        slug=slug,
        name=name or slug.replace("-", " ").title(),
        currency=currency,
        time_zone=time_zone,
    )
    workspace.clean_fields()
    with transaction.atomic():
        with tenancy.system():
            with unless_taken(SlugTaken(f"There is already a workspace at “{slug}”.")):
                workspace.save()
            if owner is not None:
                Membership.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
        with tenancy.scope(workspace):
            for stage in stages.stages():
                if stage.begun:
                    stage.begun()
    return workspace
