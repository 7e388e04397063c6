"""The brief: a scenario on one page, for who carries it out and who decides it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from insight.models import Audience, BrandStory, Finding
from ipeo import tenancy
from ipeo.exports.dossier import Column, Dossier, Fact, Section, Table
from ipeo.models import Cycle
from ipeo.numerics.estimates import Estimate
from ipeo.templatetags.figures import day, money
from plan.models import Approval, PlanProof, ProgramPlan, Scenario
from plan.queries.expectations import ScenarioForecast
from plan.queries.forecasts import shown_forecast
from plan.queries.objectives import COUNTS, RATES
from plan.queries.readiness import approval_of
from plan.queries.sheet import Row, Sheet, sheet_of


@dataclass(frozen=True)
class BriefProgram:
    """One program in the brief."""

    row: Row
    margin: Estimate
    proofs: list[str]

    @property
    def plan(self) -> ProgramPlan:
        """What the scenario intends with it."""
        return self.row.plan


@dataclass(frozen=True)
class Brief:
    """All that the page says."""

    scenario: Scenario
    sheet: Sheet
    forecast: ScenarioForecast
    story: BrandStory | None
    audiences: list[Audience]
    findings: list[Finding]
    programs: list[BriefProgram]
    owners: list[str]
    approval: Approval | None
    made_on: date


def brief_of(scenario: Scenario) -> Brief:
    """Return a scenario's brief; what was approved stands with its frozen forecast."""
    sheet = sheet_of(scenario)
    forecast = shown_forecast(scenario, sheet)
    proofs: dict[int, list[str]] = {}
    for proof in PlanProof.objects.filter(program_plan__scenario=scenario).select_related(
        "proof_point"
    ):
        proofs.setdefault(proof.program_plan_id, []).append(proof.proof_point.statement)
    plans = [row.plan for row in sheet.rows]
    owners = [str(one) for plan in plans for one in (plan.marketing_owner, plan.sales_owner) if one]
    return Brief(
        scenario=scenario,
        sheet=sheet,
        forecast=forecast,
        story=BrandStory.objects.filter(is_current=True).first(),
        audiences=list({one.audience_id: one.audience for one in plans if one.audience}.values()),
        findings=list({plan.finding_id: plan.finding for plan in plans if plan.finding}.values()),
        programs=[
            BriefProgram(row, forecast.margin_of(row.plan.pk), proofs.get(row.plan.pk, []))
            for row in sheet.rows
        ],
        owners=sorted(set(owners)),
        approval=approval_of(scenario),
        made_on=timezone.localdate(),
    )


def dossier_of(held: Brief) -> Dossier:
    """Return a brief as pages to print."""
    workspace = tenancy.current_workspace()
    currency, cycle = workspace.currency, held.scenario.cycle
    short = f"{currency}:short"
    facts = [
        Fact(
            one.label,
            one.expected,
            "percent"
            if one.objective.metric in RATES
            else "number:0"
            if one.objective.metric in COUNTS
            else short,
            note=f"chance of reaching it {one.chance_text}" if one.chance_text else "",
        )
        for one in held.forecast.objectives
    ]
    sections = [Section("Objectives", facts=tuple(facts))] if facts else []
    words = []
    if held.audiences:
        words.append("For " + "; ".join(one.name for one in held.audiences) + ".")
    if held.story:
        words.append(f"Our promise: {held.story.promise}")
    words += [f"We learned: {one.statement}" for one in held.findings]
    if words:
        sections.append(Section("Audience and insight", words=tuple(words)))
    table = Table(
        columns=(
            Column("Program"),
            Column("Audience and message"),
            Column("Flight"),
            Column("Owners"),
            Column("Budget", currency),
            Column("Expected margin, 80%", short, is_estimate=True),
        ),
        rows=tuple(
            (
                one.plan.program.name,
                ". ".join(
                    str(part) for part in (one.plan.audience, one.plan.message, *one.proofs) if part
                ),
                _flight(one.plan, cycle),
                ", ".join(
                    str(part) for part in (one.plan.marketing_owner, one.plan.sales_owner) if part
                ),
                one.row.total,
                one.margin,
            )
            for one in held.programs
        ),
    )
    if held.programs:
        total = money(held.sheet.total, currency)
        sections.append(Section("Programs and budget", f"{total} in total", table=table))
    status = (
        f"Approved by {held.approval.by}, {day(held.approval.at)}"
        if held.approval
        else held.scenario.get_status_display()
    )
    return Dossier(
        title=f"Brief: {cycle}, {held.scenario.name}",
        workspace=workspace.name,
        range_text=f"{day(cycle.starts_on)} to {day(cycle.ends_on)}",
        before_text="",
        measured_at=held.forecast.frozen_at,
        standing=status,
        sections=tuple(sections),
        method=(held.forecast.says,),
        currency=currency,
        made_on=held.made_on,
    )


def _flight(plan: ProgramPlan, cycle: Cycle) -> str:
    starts_on, ends_on = plan.starts_on or cycle.starts_on, plan.ends_on or cycle.ends_on
    if (starts_on, ends_on) == (cycle.starts_on, cycle.ends_on):
        return "whole cycle"
    return f"{day(starts_on)} to {day(ends_on)}"
