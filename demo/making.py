"""Making the demonstration workspace: its people, its story and its facts, in one go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from demo import names
from demo.experiments import run_experiments
from demo.facts import load_facts
from demo.simulation import simulate
from demo.story import set_the_scene
from demo.turns import turn_the_cycles
from demo.voices import begin_to_decide, hear_buyers
from execute.actions.handoffs import hand_over
from insight.actions.audiences import count_audience
from insight.models import Audience
from ipeo import tenancy
from ipeo.actions.workspaces import create_workspace
from ipeo.models import Membership, Role, User, Workspace
from optimize.actions.conclusions import draw_conclusions
from optimize.actions.curves import request_curves_where_behind
from optimize.actions.recompute import recompute

PASSWORD = "demo-ipeo-2026"  # noqa: S105  # printed by the product itself, for the demonstration
PEOPLE = (
    ("marketer", "Mara Lindqvist", "marketer@demo.ipeo.test", Role.MARKETER),
    ("manager", "Magnus Achterberg", "manager@demo.ipeo.test", Role.MANAGER),
    ("owner", "Olu Adeyemi", "owner@demo.ipeo.test", Role.OWNER),
)


class AlreadyThere(Exception):
    """A workspace with this address exists, and a demonstration never overwrites one."""


@dataclass(frozen=True)
class Made:
    """What was made."""

    workspace: Workspace
    counts: dict[str, int]


def exists(slug: str) -> bool:
    """Return whether there is a workspace at this address."""
    with tenancy.system():
        return Workspace.objects.filter(slug=slug).exists()


@transaction.atomic
def make_demonstration(*, slug: str, seed: int, scale: float, today: date) -> Made:
    """Make the company of a seed at a size, whole or not at all; raises `AlreadyThere`."""
    if exists(slug):
        raise AlreadyThere(f"There is already a workspace at “{slug}”.")
    workspace = create_workspace(slug=slug, name=_name(slug), currency="USD")
    with tenancy.system():
        people = {
            key: Membership.objects.create(
                workspace=workspace, user=_person(email, name), role=role, name=name
            )
            for key, name, email, role in PEOPLE
        }
        reps = [
            Membership.objects.create(
                workspace=workspace,
                user=_person(email, name) if email else None,
                role=Role.SALES_REP,
                name=name,
                source_name=name,
            )
            for name, email in names.REPS
        ]
    with tenancy.scope(workspace):
        company = simulate(seed=seed, scale=scale, today=today, reps=len(reps))
        cast = set_the_scene(workspace=workspace, people=people, reps=reps, today=today)
        counts = load_facts(company=company, cast=cast)
        hear_buyers(seed=seed, by=people["manager"], today=today)
        for audience in Audience.objects.all():
            count_audience(audience=audience)
        # Each cycle's plan is approved with a forecast that rests on what was measured before it.
        recompute()
        cycle = turn_the_cycles(cast=cast, people=people, today=today)
        run_experiments(cycle=cycle, cast=cast, people=people, today=today)
        recompute()
        draw_conclusions()
        begin_to_decide(cycle=cycle, by=people["manager"], now=timezone.now())
        request_curves_where_behind()
        hand_over()
    return Made(workspace, counts)


def _name(slug: str) -> str:
    return "Northwind Office" if slug == "northwind" else slug.replace("-", " ").title()


def _person(email: str, name: str) -> User:
    """Return the demonstration's person, who may be a member of several such workspaces."""
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, PASSWORD, name=name)
    EmailAddress.objects.get_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    return user
