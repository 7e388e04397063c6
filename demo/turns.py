"""Three turns of the cycle: what was known, planned, approved, done and handed on in each."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np

from demo import truth
from demo.facts import Cast
from demo.simulation import CycleDates, cycles, month_start
from demo.story import at_hour
from demo.voices import decide_on_advice
from execute.models import Launch, Task
from insight.models import Audience, Disposition, Finding, ProofPoint
from ipeo.database import bulk
from ipeo.models import Campaign, Cycle, Membership, StageChange
from ipeo.numerics.estimates import rate
from optimize.actions.closing import close_period
from optimize.actions.recompute import recompute
from plan.actions.approvals import approve_price, approve_scenario
from plan.actions.scenarios import propose_scenario
from plan.models import BudgetLine, Objective, PlanProof, ProgramPlan, Scenario


def turn_the_cycles(*, cast: Cast, people: dict[str, Membership], today: date) -> Cycle:
    """Save two closed cycles and the third, in Execute with an approved plan; return the third."""
    campaign = cast.programs[0].campaign
    proofs = list(ProofPoint.objects.order_by("position"))
    earlier: list[Finding] = []
    cycle: Cycle | None = None
    for dates in cycles(today):
        cycle = Cycle.objects.create(
            campaign=campaign,
            number=dates.number,
            starts_on=dates.starts_on,
            ends_on=dates.ends_on,
            opened_at=at_hour(dates.starts_on - timedelta(days=40)),
        )
        findings = _findings(cycle, campaign, earlier, people["marketer"])
        scenario = _plan(cycle, dates, cast, people, proofs, findings)
        _approve(scenario, people, at_hour(dates.starts_on - timedelta(days=10)))
        _tasks(cycle, dates, cast, people, today)
        if dates.number == 2:
            at = at_hour(dates.ends_on + timedelta(days=10))
            decide_on_advice(cycle=cycle, by=people["manager"], at=at)
        _pass_gates(cycle, dates, scenario, people, closed=dates.number < 3)
        earlier = findings
    assert cycle is not None
    return cycle


_FINDINGS = {
    1: (
        (
            "Buyers who see the desk in use ask for a quote twice as often",
            "research",
            "medium",
            (
                ("Visitors of demo days who asked for a quote", 26, 64),
                ("Others who asked", 37, 180),
            ),
        ),
        (
            "Facilities managers distrust a first price without a payback",
            "research",
            "high",
            (("Managers who asked for the payback before the price", 27, 34),),
        ),
    ),
    2: (
        (
            "Buyers who try the desk, or reckon its payback, ask for a quote first",
            "sales",
            "high",
            (("Quotes asked for after a trial or the calculator", 58, 96),),
        ),
        (
            "Repairs within two days decide deals in health care",
            "sales",
            "medium",
            (("Won deals in health care where the rep named repairs", 9, 14),),
        ),
        (
            "The newsletter is read, and opens few deals",
            "sales",
            "medium",
            (
                ("Readers who opened an issue", 2_052, 5_400),
                ("Readers who asked for a quote", 31, 5_400),
            ),
        ),
    ),
    3: (
        (
            "Deals against the price cutter are won on payback, not on discount",
            "sales",
            "medium",
            (("Deals won against CheapDesk Direct where payback decided", 17, 23),),
        ),
        (
            "Buyers come back where repairs were done in time",
            "sales",
            "low",
            (("Customers repaired in time who ordered again", 5, 8),),
        ),
        (
            "Webinar guests come back less often than last year",
            "research",
            "medium",
            (
                ("Guests who came back, this year", 31, 118),
                ("Guests who came back, last year", 44, 120),
            ),
        ),
    ),
}
"""By cycle: what was learned, from whom, how sure, and what was counted: so many of so many."""

_NEW_CUSTOMERS = (260, 190, 140)
"""The goal of each cycle: fewer buyers are left who never bought."""

_RESTS_ON = {1: (0, 1, 1, 1, 1, 0, 0, 1), 2: (0, 0, 0, 2, 1, 0, 1, 2), 3: (0, 0, 2, 0, 1, 0, 1, 1)}
"""By cycle, the finding of that cycle on which each program rests, in the truth's order."""


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
            evidence={
                "facts": [
                    {"label": label, "kind": "percent", **rate(met, asked).as_dict()}
                    for label, met, asked in counted
                ]
            },
        )
        for place, (statement, source, confidence, counted) in enumerate(_FINDINGS[cycle.number])
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
    customers = _NEW_CUSTOMERS[cycle.number - 1]
    for metric, baseline, target in (
        ("won_margin", 1_250_000, 1_250_000 + 50_000 * cycle.number),
        ("new_customers", customers - 20, customers),
        ("value_share", Decimal("0.70"), Decimal("0.75")),
    ):
        Objective.objects.create(
            cycle=cycle,
            metric=metric,
            baseline=baseline,
            target=target,
            due_date=dates.ends_on,
        )
    created = at_hour(dates.starts_on - timedelta(days=25))
    scenario = Scenario.objects.create(
        cycle=cycle, name="B, prove the payback", created_at=created, updated_at=created
    )
    _intend(scenario, cycle.number, dates, cast, people, proofs, findings)
    if cycle.number == 3:
        same = Scenario.objects.create(
            cycle=cycle, name="A, as last time", created_at=created, updated_at=created
        )
        _intend(same, cycle.number - 1, dates, cast, people, proofs, findings)
    _launch(scenario, people, dates)
    return scenario


def _intend(
    scenario: Scenario,
    as_in: int,
    dates: CycleDates,
    cast: Cast,
    people: dict[str, Membership],
    proofs: list[ProofPoint],
    findings: list[Finding],
) -> None:
    """Put the programs into a scenario, with the money that they had in the cycle `as_in`."""
    audiences = list(Audience.objects.order_by("pk"))
    rests_on = _RESTS_ON[scenario.cycle.number]
    lines = []
    for place, (item, program) in enumerate(zip(truth.PROGRAMS, cast.programs, strict=True)):
        monthly = item.monthly[as_in - 1]
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
            finding=None if item.is_bet else findings[rests_on[place]],
            is_bet=item.is_bet,
            position=place,
        )
        PlanProof.objects.create(program_plan=plan, proof_point=proofs[place % len(proofs)])
        lines += [
            BudgetLine(
                program_plan=plan,
                month=month_start(dates.starts_on, month),
                amount=Decimal(monthly),
            )
            for month in range(truth.CYCLE_MONTHS)
        ]
    BudgetLine.objects.bulk_create(lines)


def _launch(scenario: Scenario, people: dict[str, Membership], dates: CycleDates) -> None:
    """Every program went on its first day, with all that it needs approved long before."""
    Launch.objects.bulk_create(
        Launch(
            cycle=scenario.cycle,
            program_id=program_id,
            by=people["marketer"],
            at=at_hour(dates.starts_on),
        )
        for program_id in scenario.program_plans.values_list("program_id", flat=True)
    )


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
                    done_at=at_hour(due) if done or cycle.number < 3 else None,
                )
            )
    with bulk.unaudited():
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
            at=at_hour(day),
            handoff=handoff,
        )
    if closed:
        cycle.stage = Cycle.Stage.OPTIMIZE
        cycle.save(update_fields=["stage"])
        at = at_hour(dates.ends_on + timedelta(days=12))
        recompute()
        close_period(cycle=cycle, by=people["manager"], now=at)
    cycle.stage = "closed" if closed else "execute"
    cycle.closed_at = at_hour(dates.ends_on + timedelta(days=14)) if closed else None
    cycle.save(update_fields=["stage", "closed_at"])
