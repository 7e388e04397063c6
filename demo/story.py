"""What the people of the demonstration decided: the story, the plans, the findings, the tasks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from demo import names, truth
from demo.facts import Cast
from demo.research import keep_research
from execute.actions.materials import add_version, approve_material
from execute.actions.setup import ensure_defaults
from execute.models import DealStage, Driver, Material
from insight.actions.audiences import save_audience
from insight.actions.catalog import channel_key
from insight.models import (
    Audience,
    BrandStory,
    Channel,
    Competitor,
    CompetitorMove,
    Product,
    ProofPoint,
)
from ipeo.models import Campaign, Membership, Workspace
from plan.models import (
    Program,
)

CAMPAIGN = "Desks that pay back"
PROOFS = (
    (
        "A Loop desk pays back in 14 months",
        "Audit of 31 floors by the works council's own advisers",
    ),
    ("Repairs within two working days", "Service log of the last four years"),
    ("Half the sick days for backs", "Before and after at Cedar Clinic, 212 people"),
)


def at_hour(day: date, hour: int = 10) -> datetime:
    """Return a moment on a day."""
    return datetime.combine(day, time(hour), tzinfo=UTC)


def set_the_scene(
    *, workspace: Workspace, people: dict[str, Membership], reps: list[Membership], today: date
) -> Cast:
    """Save the brand: products, channels, rivals, story, campaign and programs."""
    ensure_defaults()
    products = [
        Product.objects.create(
            name=item.name,
            family=item.family,
            list_price=item.list_price,
            unit_cost=item.unit_cost,
            valued_for=item.valued_for,
        )
        for item in truth.PRODUCTS
    ]
    channels = {
        item.name: Channel.objects.create(
            name=item.name, key=channel_key(item.name), is_sales=item.is_sales
        )
        for item in truth.CHANNELS
    }
    rivals = _rivals(today)
    _audiences()
    proofs = _brand_story(people["marketer"], today)
    keep_research(product=products[0], rivals=rivals, by=people["marketer"], today=today)
    campaign = Campaign.objects.create(
        name=CAMPAIGN,
        goal="Facilities managers buy the desk that costs less over ten years",
        owner=people["marketer"],
        status=Campaign.Status.IN_PROGRESS,
    )
    programs = [
        Program.objects.create(
            campaign=campaign,
            name=item.name,
            channel=channels[item.channel],
            offer=item.offer,
            discount=Decimal("0.08") if item.offer == "price" else Decimal(0),
        )
        for item in truth.PROGRAMS
    ]
    materials = [
        Material.objects.create(
            name=name,
            description=description,
            program=programs[number % len(programs)],
            proof_point=proofs[number % len(proofs)],
        )
        for number, (name, description) in enumerate(names.MATERIALS)
    ]
    for material in materials:
        made = at_hour(today - timedelta(days=302))
        add_version(material=material, by=people["marketer"], now=made)
        approve_material(
            material=material, by=people["manager"], now=at_hour(today - timedelta(days=300))
        )
    return Cast(
        workspace=workspace,
        reps=reps,
        channels=channels,
        products=products,
        programs=programs,
        rivals=rivals,
        stages={row.name: row for row in DealStage.objects.all()},
        drivers={row.name: row for row in Driver.objects.all()},
        materials=materials,
    )


def _rivals(today: date) -> list[Competitor]:
    cutter = Competitor.objects.create(
        name=truth.RIVAL, positioning="Wins on the first price. Loses on repairs and on year three."
    )
    other = Competitor.objects.create(
        name=truth.OTHER_RIVAL, positioning="Wins with architects. Slow, and dear to change."
    )
    cut = today - timedelta(days=round(30.44 * truth.RIVAL_CUT_MONTHS_AGO))
    moves = (
        (cutter, "price_cut", "Cut list prices of desks by 12 percent", cut, "Their price list"),
        (
            cutter,
            "campaign",
            "“Why pay more?” in the trade press",
            cut + timedelta(days=40),
            "Trade press",
        ),
        (
            other,
            "launch",
            "A bench for four with a modular top",
            cut - timedelta(days=120),
            "Trade fair",
        ),
    )
    for rival, kind, description, day, source in moves:
        CompetitorMove.objects.create(
            competitor=rival, kind=kind, description=description, happened_on=day, source=source
        )
    return [cutter, other]


def _audiences() -> None:
    rules = (
        (
            "Facilities managers in the north",
            {
                "all": [
                    {"field": "title", "op": "is", "value": "Facilities manager"},
                    {"field": "region", "op": "is", "value": "North"},
                ]
            },
        ),
        (
            "Buyers in health care and public service",
            {
                "any": [
                    {"field": "industry", "op": "is", "value": "Health care"},
                    {"field": "industry", "op": "is", "value": "Public sector"},
                ]
            },
        ),
    )
    for name, rule in rules:
        save_audience(audience=Audience(name=name, rule=rule))


def _brand_story(author: Membership, today: date) -> list[ProofPoint]:
    story = BrandStory.objects.create(
        title="Desks that pay back",
        for_whom="Facilities managers who answer for the floor for ten years",
        problem="A cheap desk is bought twice and repaired in between",
        promise="A desk that has paid for itself before the second winter",
        tone="Plain, exact, never loud",
        created_by=author,
        created_at=at_hour(today - timedelta(days=700)),
    )
    return [
        ProofPoint.objects.create(story=story, statement=statement, evidence=proof, position=place)
        for place, (statement, proof) in enumerate(PROOFS)
    ]
