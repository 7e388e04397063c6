"""What the people of the demonstration decided: the story, the plans, the findings, the tasks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import numpy as np

from demo import names, truth
from demo.facts import Cast
from demo.simulation import CycleDates, cycles, month_start
from execute.actions.setup import ensure_defaults
from execute.models import DealStage, Driver, Material, Task
from insight.actions.catalog import channel_key
from insight.models import (
    Audience,
    BrandStory,
    Channel,
    Competitor,
    CompetitorMove,
    Disposition,
    Finding,
    Product,
    ProofPoint,
)
from ipeo.models import Campaign, Cycle, Membership, StageChange, Workspace
from plan.actions.approvals import approve_price, approve_scenario
from plan.actions.scenarios import propose_scenario
from plan.models import (
    BudgetLine,
    Objective,
    PlanProof,
    Program,
    ProgramPlan,
    Scenario,
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


def _at(day: date, hour: int = 10) -> datetime:
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
            status=Material.Status.APPROVED,
            program=programs[number % len(programs)],
            proof_point=proofs[number % len(proofs)],
            approved_by=people["manager"],
            approved_at=_at(today - timedelta(days=300)),
        )
        for number, (name, description) in enumerate(names.MATERIALS)
    ]
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
        Audience.objects.create(name=name, rule=rule)


def _brand_story(author: Membership, today: date) -> list[ProofPoint]:
    story = BrandStory.objects.create(
        title="Desks that pay back",
        for_whom="Facilities managers who answer for the floor for ten years",
        problem="A cheap desk is bought twice and repaired in between",
        promise="A desk that has paid for itself before the second winter",
        tone="Plain, exact, never loud",
        created_by=author,
        created_at=_at(today - timedelta(days=700)),
    )
    return [
        ProofPoint.objects.create(story=story, statement=statement, evidence=proof, position=place)
        for place, (statement, proof) in enumerate(PROOFS)
    ]


def turn_the_cycles(*, cast: Cast, people: dict[str, Membership], today: date) -> Cycle:
    """Save two closed cycles and the third, in Execute with an approved plan; return the third."""
    campaign = cast.programs[0].campaign
    proofs = list(ProofPoint.objects.order_by("position"))
    earlier: list[Finding] = []
    cycle = None
    for dates in cycles(today):
        cycle = Cycle.objects.create(
            campaign=campaign,
            number=dates.number,
            starts_on=dates.starts_on,
            ends_on=dates.ends_on,
            opened_at=_at(dates.starts_on - timedelta(days=40)),
        )
        findings = _findings(cycle, campaign, earlier, people["marketer"])
        scenario = _plan(cycle, dates, cast, people, proofs, findings)
        _approve(scenario, people, _at(dates.starts_on - timedelta(days=10)))
        _tasks(cycle, dates, cast, people, today)
        _pass_gates(cycle, dates, scenario, people, closed=dates.number < 3)
        earlier = findings
    assert cycle is not None
    return cycle


_FINDINGS = {
    1: (
        ("Buyers who see the desk in use ask for a quote twice as often", "research", "medium"),
        ("Facilities managers distrust a first price without a payback", "research", "high"),
    ),
    2: (
        ("Field demos return more margin per dollar than any other program", "sales", "high"),
        ("Repairs within two days decide deals in health care", "sales", "medium"),
        ("The newsletter is read, and opens few deals", "sales", "medium"),
    ),
    3: (
        ("Deals against the price cutter are won on payback, not on discount", "sales", "medium"),
        ("Dealers who have been trained bring larger deals", "sales", "low"),
        ("Webinar guests come back less often than last year", "research", "medium"),
    ),
}


def _findings(
    cycle: Cycle, campaign: Campaign, earlier: list[Finding], by: Membership
) -> list[Finding]:
    made = [
        Finding.objects.create(
            statement=statement,
            source=source,
            confidence=confidence,
            campaign=campaign,
            learned_in=cycle,
            kind="note",
            subject_key=f"northwind-{cycle.number}-{place}",
            recorded_by=by,
            recorded_at=cycle.opened_at,
            expires_on=cycle.ends_on + timedelta(days=365),
        )
        for place, (statement, source, confidence) in enumerate(_FINDINGS[cycle.number])
    ]
    for finding, carried in [(one, True) for one in earlier] + [(one, False) for one in made]:
        Disposition.objects.create(
            finding=finding,
            cycle=cycle,
            decision=Disposition.Decision.ADOPTED,
            carried=carried,
            decided_by=by,
            decided_at=cycle.opened_at + timedelta(days=5),
        )
    return made


def _plan(
    cycle: Cycle,
    dates: CycleDates,
    cast: Cast,
    people: dict[str, Membership],
    proofs: list[ProofPoint],
    findings: list[Finding],
) -> Scenario:
    growth = Decimal(1) + Decimal("0.1") * cycle.number
    for metric, baseline, target in (
        ("won_margin", 1_250_000, 1_400_000),
        ("new_customers", 240, 260),
        ("value_share", Decimal("0.70"), Decimal("0.75")),
    ):
        share = metric == "value_share"
        Objective.objects.create(
            cycle=cycle,
            metric=metric,
            baseline=baseline,
            target=target if share else target * growth,
            due_date=dates.ends_on,
        )
    created = _at(dates.starts_on - timedelta(days=25))
    scenario = Scenario.objects.create(
        cycle=cycle, name="B, prove the payback", created_at=created, updated_at=created
    )
    if cycle.number == 3:
        Scenario.objects.create(
            cycle=cycle, name="A, as last time", created_at=created, updated_at=created
        )
    audiences = list(Audience.objects.order_by("pk"))
    lines = []
    for place, (item, program) in enumerate(zip(truth.PROGRAMS, cast.programs, strict=True)):
        monthly = item.monthly[cycle.number - 1]
        if not monthly:
            continue
        plan = ProgramPlan.objects.create(
            scenario=scenario,
            program=program,
            audience=audiences[place % len(audiences)],
            message=item.message,
            starts_on=dates.starts_on,
            ends_on=dates.ends_on,
            marketing_owner=people["marketer"],
            sales_owner=cast.reps[place % len(cast.reps)],
            finding=None if item.is_bet else findings[place % len(findings)],
            is_bet=item.is_bet,
            position=place,
        )
        PlanProof.objects.create(program_plan=plan, proof_point=proofs[place % len(proofs)])
        for month in range(truth.CYCLE_MONTHS):
            lines.append(
                BudgetLine(
                    program_plan=plan,
                    month=month_start(dates.starts_on, month),
                    amount=Decimal(monthly),
                )
            )
    BudgetLine.objects.bulk_create(lines)
    return scenario


def _approve(scenario: Scenario, people: dict[str, Membership], at: datetime) -> None:
    for plan in scenario.program_plans.select_related("program"):
        if plan.program.is_price_led:
            approve_price(
                plan=plan,
                by=people["manager"],
                now=at,
                note="Once more, to clear the old range. Not next cycle without evidence.",
            )
    propose_scenario(scenario=scenario, by=people["marketer"], now=at - timedelta(days=3))
    approve_scenario(scenario=scenario, by=people["manager"], now=at)


_WORK = (
    ("Brief the agency for {}", "marketing"),
    ("Approve the message of {}", "marketing"),
    ("Print and ship for {}", "marketing"),
    ("Invite the audience of {}", "marketing"),
    ("Call everybody who answered {}", "sales"),
    ("Report back on {}", "sales"),
    ("Thank the guests of {}", "sales"),
)


def _tasks(
    cycle: Cycle, dates: CycleDates, cast: Cast, people: dict[str, Membership], today: date
) -> None:
    rng = np.random.default_rng(cycle.number)
    length = (dates.ends_on - dates.starts_on).days
    tasks = []
    for number, program in enumerate(cast.programs):
        for place, (title, side) in enumerate(_WORK):
            due = dates.starts_on + timedelta(days=int(length * (place + 1) / 8) + number)
            done = due < today - timedelta(days=int(rng.integers(-6, 5)))
            owner = (
                people["marketer"] if side == "marketing" else cast.reps[number % len(cast.reps)]
            )
            tasks.append(
                Task(
                    title=title.format(program.name),
                    side=side,
                    cycle=cycle,
                    program=program,
                    owner=owner,
                    due_date=due,
                    state=Task.State.DONE if done or cycle.number < 3 else Task.State.TO_DO,
                    done_at=_at(due) if done or cycle.number < 3 else None,
                )
            )
    Task.objects.bulk_create(tasks)


def _pass_gates(
    cycle: Cycle,
    dates: CycleDates,
    scenario: Scenario,
    people: dict[str, Membership],
    *,
    closed: bool,
) -> None:
    planned = sum(
        line.amount for line in BudgetLine.objects.filter(program_plan__scenario=scenario)
    )
    findings = list(cycle.dispositions.values_list("finding__statement", flat=True))
    passages = [
        ("insight", "plan", dates.starts_on - timedelta(days=30), {"findings": findings}),
        (
            "plan",
            "execute",
            dates.starts_on - timedelta(days=9),
            {"scenario": scenario.name, "planned_amount": str(planned)},
        ),
    ]
    if closed:
        end = dates.ends_on
        passages += [
            ("execute", "optimize", end + timedelta(days=3), {"planned_amount": str(planned)}),
            ("optimize", "closed", end + timedelta(days=14), {"scenario": scenario.name}),
        ]
    for before, after, day, handoff in passages:
        StageChange.objects.create(
            cycle=cycle,
            from_stage=before,
            to_stage=after,
            by=people["manager"],
            at=_at(day),
            handoff=handoff,
        )
    cycle.stage = "closed" if closed else "execute"
    cycle.closed_at = _at(dates.ends_on + timedelta(days=14)) if closed else None
    cycle.save(update_fields=["stage", "closed_at"])
