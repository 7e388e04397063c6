"""The plan's grid: what a keystroke costs on the server, beside bare numpy over the same draws."""

from __future__ import annotations

import statistics
from datetime import date
from decimal import Decimal

import numpy as np
from django.test import Client

from insight.models import Channel
from ipeo import tenancy
from ipeo.models import Campaign, Cycle, Role, Workspace
from plan.models import BudgetLine, Objective, Program, ProgramPlan, Scenario
from plan.numerics import forecast
from plan.queries import evidence
from plan.queries.budget import months_of
from plan.queries.evidence import History, register_history
from plan.queries.forecasts import DRAWS, expected_of, known_of, past_of, planned_of
from plan.queries.sheet import sheet_of
from tests.benchmarks.measuring import Line, interleaved, median_ratio
from tests.factories.ipeo import MembershipFactory, WorkspaceFactory

PROGRAMS = 60
PAST = tuple(date(2024 + n // 12, n % 12 + 1, 1) for n in range(24))


def run() -> list[Line]:
    """Make a grid of 60 programs by 12 months with two years behind it, and type into it."""
    workspace, scenario, address, client = _made()
    with tenancy.scope(workspace):
        sheet = sheet_of(scenario)
        past = past_of()
        given = known_of(sheet, past, "margin")
        plans = planned_of(sheet)
        spend = np.asarray([plan.spend for plan in plans])
        cells = {f"cell-{cell.key}": str(cell.amount) for row in sheet.rows for cell in row.cells}

    def bare() -> None:
        """The curves and the scatter of every month, and nothing else."""
        for plan, money in zip(plans, spend, strict=True):
            one = given.responses[plan.key]
            mean = one.margin(money) * given.market[:, None]
            width = np.log1p(one.phi * money / mean**2)
            noise = np.random.default_rng(1).standard_normal(mean.shape, dtype=np.float32)
            (mean * np.exp(np.sqrt(width) * noise - width / 2)).sum(axis=1)

    def typed() -> None:
        answer = client.post(address, cells, headers={"hx-request": "true"})
        assert answer.status_code == 200, answer.status_code

    def reckoned() -> None:
        with tenancy.scope(workspace):
            expected_of(scenario, sheet, past=past)

    typed()
    times = interleaved(
        7,
        bare=bare,
        forecast=lambda: forecast.expected(plans, given, target=1e6),
        reckoned=reckoned,
        typed=typed,
    )
    middle = {name: statistics.median(found) * 1000 for name, found in times.items()}
    ratio = median_ratio(times["forecast"], times["bare"])
    whole = median_ratio(times["typed"], times["bare"])
    size = f"{PROGRAMS} programs x 12 months x {DRAWS:,} draws"
    return [
        Line(
            f"plan: forecast of {size} against bare numpy",
            ratio,
            "at most 3",
            ratio <= 3,
            f"{middle['forecast']:.0f} ms and {middle['bare']:.0f} ms",
        ),
        Line(
            f"plan: recalculation of {size}, two objectives",
            middle["reckoned"] / 200,
            "at most 1 x 200 ms",
            middle["reckoned"] <= 200,
            f"{middle['reckoned']:.0f} ms; the whole answer {middle['typed']:.0f} ms, "
            f"{whole:.1f} times bare numpy",
        ),
    ]


def _made() -> tuple[Workspace, Scenario, str, Client]:
    workspace = WorkspaceFactory(slug="grid")
    user = MembershipFactory(workspace=workspace, role=Role.MARKETER).user
    with tenancy.scope(workspace):
        campaign = Campaign.objects.create(name="Grid")
        cycle = Cycle.objects.create(
            campaign=campaign, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31)
        )
        for metric, target in (("won_margin", 2_000_000), ("new_customers", 400)):
            Objective.objects.create(
                cycle=cycle, metric=metric, target=Decimal(target), due_date=cycle.ends_on
            )
        channels = [Channel.objects.create(name=f"C{n}", key=f"c{n}") for n in range(8)]
        scenario = Scenario.objects.create(cycle=cycle, name="B")
        rng = np.random.default_rng(1)
        known = {}
        for n in range(PROGRAMS):
            program = Program.objects.create(
                campaign=campaign, name=f"Program {n}", channel=channels[n % 8]
            )
            plan = ProgramPlan.objects.create(scenario=scenario, program=program, position=n)
            BudgetLine.objects.bulk_create(
                BudgetLine(program_plan=plan, month=month, amount=Decimal(int(amount)))
                for month, amount in zip(months_of(cycle), rng.uniform(2000, 8000, 12), strict=True)
            )
            spend = rng.uniform(2000, 8000, 24)
            margin = spend * rng.lognormal(0.3, 0.4) * rng.lognormal(0, 0.3, 24)
            known[program.pk] = History(
                PAST,
                tuple(spend.tolist()),
                tuple(margin.tolist()),
                new_customers=tuple(rng.poisson(3, 24).astype(float).tolist()),
            )
    evidence._providers.clear()
    register_history(lambda ids, before: {pk: known[pk] for pk in ids if pk in known})
    client = Client()
    client.force_login(user)
    address = f"/w/{workspace.slug}/plan/scenarios/{scenario.pk}/preview/"
    return workspace, scenario, address, client
