"""Templates are kept, and programs begun from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from insight.actions.catalog import channel_key, save_channel
from insight.models import Audience, Channel, Finding, ProofPoint
from ipeo.database.uniqueness import unless_taken
from ipeo.models import Membership
from plan.actions.programs import plan_program, save_program
from plan.models import Program, ProgramPlan, ProgramTemplate, Scenario
from plan.queries.templates import Kind


class TemplateNameTaken(Exception):
    """Another template has this name."""


@dataclass(frozen=True)
class Intent:
    """What a person chooses when a program begins from a template."""

    name: str
    audience: Audience | None = None
    finding: Finding | None = None
    is_bet: bool = False
    message: str = ""
    proof_points: tuple[ProofPoint, ...] = ()
    marketing_owner: Membership | None = None
    sales_owner: Membership | None = None


@transaction.atomic
def save_template(*, template: ProgramTemplate) -> ProgramTemplate:
    """Save a template under a key of its own, or a built-in's; raises `TemplateNameTaken`."""
    if not template.key:
        base = slugify(template.name)[:50] or "template"
        key, number = base, 2
        while ProgramTemplate.objects.filter(key=key).exists():
            key, number = f"{base}-{number}", number + 1
        template.key = key
    if template.offer != Program.Offer.PRICE:
        template.discount = Decimal(0)
    with unless_taken(TemplateNameTaken(f"There is already a template called “{template.name}”.")):
        template.save()
    return template


@transaction.atomic
def hide_template(*, kind: Kind) -> ProgramTemplate:
    """Put a template away; it can be brought back."""
    row = kind.row or row_of(kind)
    row.is_hidden = True
    return save_template(template=row)


@transaction.atomic
def show_template(*, template: ProgramTemplate) -> ProgramTemplate:
    """Bring a template back that was put away."""
    template.is_hidden = False
    return save_template(template=template)


def row_of(kind: Kind) -> ProgramTemplate:
    """Return a kind of the catalogue as a row to change, not yet saved."""
    return ProgramTemplate(
        key=kind.key,
        name=kind.name,
        purpose=kind.purpose,
        channel=kind.channel,
        offer=kind.offer,
        discount=kind.discount,
        message=kind.message,
        begins_after_days=kind.begins_after_days,
        lasts_days=kind.lasts_days,
        materials=list(kind.materials),
        tasks=[one.as_dict() for one in kind.tasks],
    )


@transaction.atomic
def begin_program(
    *, scenario: Scenario, kind: Kind, intent: Intent, today: date | None = None
) -> ProgramPlan:
    """Make a program of a kind and plan it within a draft, with its flight, materials and tasks.

    The channel is the workspace's of that name, or a new one. Days are counted from the cycle's
    start, or from today within a cycle that has begun. A flight that would leave the cycle is cut
    at its end. Raises what `save_program` and `plan_program` raise.
    """
    cycle, today = scenario.cycle, today or timezone.localdate()
    channel = Channel.objects.filter(key=channel_key(kind.channel)).first() or save_channel(
        channel=Channel(name=kind.channel, is_sales=kind.key == "sales-outreach")
    )
    program = save_program(
        program=Program(
            campaign=cycle.campaign,
            name=intent.name.strip(),
            channel=channel,
            offer=kind.offer,
            discount=kind.discount,
        )
    )
    begun = cycle.starts_on <= today <= cycle.ends_on
    counted_from = today if begun else cycle.starts_on
    starts = min(counted_from + timedelta(days=kind.begins_after_days), cycle.ends_on)
    ends = cycle.ends_on
    if kind.lasts_days is not None:
        ends = min(starts + timedelta(days=max(kind.lasts_days, 1) - 1), cycle.ends_on)
    return plan_program(
        scenario=scenario,
        plan=ProgramPlan(
            program=program,
            audience=intent.audience,
            message=intent.message or kind.message,
            starts_on=starts,
            ends_on=ends,
            marketing_owner=intent.marketing_owner,
            sales_owner=intent.sales_owner,
            finding=intent.finding,
            is_bet=intent.is_bet,
            materials=list(kind.materials),
            tasks=[one.as_dict() for one in kind.tasks],
        ),
        proof_points=intent.proof_points,
    )
