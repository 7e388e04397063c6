"""The value guard: what a price-led program costs in margin, and what would make up for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from insight.models import Product
from ipeo import tenancy
from ipeo.navigation import link
from ipeo.numerics.estimates import Estimate, mean, rate
from ipeo.numerics.ranges import months_between
from ipeo.templatetags.figures import count, currency_sign, money, number, percent, points
from plan.models import Approval, BudgetLine, Program, ProgramPlan
from plan.numerics.value import BreakEven, break_even_uplift
from plan.queries.evidence import History, history_of
from plan.queries.later import PastDiscounts, past_discounts
from plan.queries.templates import catalogue

NO_MARGIN = "No product has both a list price and a unit cost, so the margin is not known."
FEWEST_DEALS = 10
"""From how many decided deals a program counts as evidence."""
NO_SALES = "No sales from this program have been measured yet."


@dataclass(frozen=True)
class Alternative:
    """A value-led way to the same buyers, with what shows it; `href` leads there."""

    name: str
    evidence: str
    href: str


@dataclass(frozen=True)
class Guard:
    """What the guard shows for one program of a scenario.

    `margin` is the contribution margin at list price, the mean over the products; `uplift` the
    share by which volume must rise; `given_away` money over the program's flight if volume stays
    what it was.
    """

    plan: ProgramPlan
    discount: Decimal
    margin: Estimate
    break_even: BreakEven | None
    given_away: Estimate
    months: int
    approval: Approval | None
    past: PastDiscounts | None = None
    alternatives: tuple[Alternative, ...] = ()
    budget: Decimal = Decimal(0)

    @property
    def past_says(self) -> str:
        """How discounts fared here so far, in a sentence."""
        held = self.past
        if held is None or not held.uplift.known:
            why = (
                held.uplift.reason
                if held
                else "no deals with and without discounts have been compared"
            )
            return f"The effect of past discounts is not known: {why.rstrip('.')}."
        step = f"{number(held.step * 100, 0)} points of discount"
        return f"Past discounts here: {step} bought {points(held.uplift)} of win rate."

    @property
    def against_budget(self) -> str:
        """What is given away beside what the program itself costs; empty where not known."""
        if self.given_away.value is None or not self.budget:
            return ""
        share = self.given_away.value / float(self.budget)
        if share >= 1:
            return "That is more than the program's own budget."
        return f"That is {percent(share)} of the program's own budget."

    @property
    def is_needed(self) -> bool:
        """Whether the program sells on price."""
        return self.plan.program.is_price_led

    @property
    def is_hopeless(self) -> bool:
        """Whether no volume makes up for the discount."""
        return self.break_even is not None and not self.break_even.possible

    @property
    def uplift(self) -> Estimate:
        """The break-even uplift, or why there is none."""
        if self.break_even is None:
            return Estimate.unknown(NO_MARGIN)
        if self.break_even.uplift is None:
            return Estimate.unknown(self.break_even.reason)
        return Estimate.exact(self.break_even.uplift, self.margin.n)

    @property
    def uplift_says(self) -> str:
        """The uplift in a sentence."""
        if self.break_even is None:
            return NO_MARGIN
        if self.break_even.uplift is None:
            return f"No volume makes up for it. {self.break_even.reason}"
        return f"Additional volume needed to earn the same, at a margin of {percent(self.margin)}."

    @property
    def margin_says(self) -> str:
        """Where the margin comes from."""
        if not self.margin.known:
            return ""
        products = f"{count(self.margin.n)} product{'' if self.margin.n == 1 else 's'}"
        return f"Margin at list price: the mean of {products} with price and unit cost."

    @property
    def given_away_says(self) -> str:
        """What would be given away, in a sentence."""
        currency = tenancy.current_workspace().currency
        per = money(Decimal(100_000) * self.discount, currency)
        each = f"{per} per {money(100_000, currency)} sold at list price"
        if not self.given_away.known:
            return f"{self.given_away.reason} It is {each}."
        months = f"{self.months} month{'' if self.months == 1 else 's'}"
        return f"On list sales as measured so far, over {months}: {each}."

    @property
    def says(self) -> str:
        """The whole in one sentence, as an approval keeps it."""
        uplift = (
            f"break-even at {percent(self.uplift)} more volume"
            if self.uplift.known
            else self.uplift_says.rstrip(".")
        )
        return f"{percent(self.discount, 1)} off list price; {uplift}."

    def as_dict(self) -> dict[str, Any]:
        """Return what was shown, to be frozen with an approval."""
        return {
            "says": self.says,
            "discount": str(self.discount),
            "margin": dict(self.margin.as_dict()),
            "margin_says": self.margin_says,
            "break_even_uplift": dict(self.uplift.as_dict()),
            "given_away": dict(self.given_away.as_dict()),
            "given_away_says": self.given_away_says,
            "months": self.months,
            "past_says": self.past_says,
            "alternatives": [
                {"name": one.name, "evidence": one.evidence} for one in self.alternatives
            ],
        }


def margin_at_list() -> Estimate:
    """Return the contribution margin at list price: the mean over active products, n of them."""
    priced = Product.objects.filter(is_active=True, list_price__gt=0, unit_cost__isnull=False)
    margins = [
        float((price - cost) / price)
        for price, cost in priced.values_list("list_price", "unit_cost")
        if price is not None and cost is not None
    ]
    if not margins:
        return Estimate.unknown(NO_MARGIN)
    return Estimate.exact(sum(margins) / len(margins), len(margins))


def guard_of(plan: ProgramPlan) -> Guard:
    """Return the value guard of one planned program."""
    return guards_of([plan])[0]


def guards_of(plans: Sequence[ProgramPlan]) -> list[Guard]:
    """Return the value guards of several planned programs, with the same few queries."""
    if not plans:
        return []
    margin = margin_at_list()
    histories = history_of([plan.program_id for plan in plans])
    approvals = {
        one.program_plan_id: one
        for one in Approval.objects.filter(program_plan__in=plans).select_related("by__user")
    }
    past = past_discounts()
    instead = alternatives()
    budgets = {
        one["program_plan_id"]: one["total"]
        for one in BudgetLine.objects.filter(program_plan__in=plans)
        .values("program_plan_id")
        .annotate(total=Sum("amount"))
    }
    return [
        replace(
            _guard(plan, margin, histories.get(plan.program_id), approvals.get(plan.pk)),
            past=past,
            alternatives=instead,
            budget=budgets.get(plan.pk, Decimal(0)),
        )
        for plan in plans
    ]


def alternatives(count_of: int = 2) -> tuple[Alternative, ...]:
    """Return value-led alternatives with evidence: the workspace's own best, then the catalogue's.

    Programs that win on value or a trial stand by how much margin each unit of their money
    brought, at the low end of what their months say. What has not run here says so.
    """
    own = list(
        Program.objects.exclude(offer=Program.Offer.PRICE).select_related("channel").order_by("pk")
    )
    histories = history_of([one.pk for one in own])
    ranked = []
    for one in own:
        held = histories.get(one.pk)
        if held is None or not sum(held.spend) or held.decided < FEWEST_DEALS:
            continue
        returned = [m / s for m, s in zip(held.margin, held.spend, strict=True) if s > 0]
        low = mean(returned).low
        ranked.append((low if low is not None else 0.0, one, held))
    ranked.sort(key=lambda entry: (-entry[0], entry[1].pk))
    found = [
        Alternative(one.name, _evidence(one, held), link("plan:program", one.pk))
        for _, one, held in ranked[:count_of]
    ]
    for kind in catalogue() if len(found) < count_of else ():
        if len(found) < count_of and not kind.is_price_led:
            found.append(
                Alternative(
                    kind.name,
                    f"{kind.purpose} It has not run here yet, so test it on a small scale first.",
                    link("plan:templates"),
                )
            )
    return tuple(found)


def _evidence(program: Program, held: History) -> str:
    wins = rate(held.won, held.decided)
    words = (
        f"{program.get_offer_display()} on {program.channel.name}. Won {percent(wins)} of its deals"
        f" (80% interval {percent(wins.low)} to {percent(wins.high)}, n = {count(held.decided)})"
    )
    if held.won:
        words += f", {percent(held.won_at_value / held.won)} of them near list price"
    sign = currency_sign(tenancy.current_workspace().currency)
    returned = number(sum(held.margin) / sum(held.spend), 1).removesuffix(".0")
    return f"{words}; each {sign}1 spent brought {sign}{returned} of margin."


def _guard(
    plan: ProgramPlan, margin: Estimate, history: History | None, approval: Approval | None
) -> Guard:
    discount = plan.program.discount
    cycle = plan.scenario.cycle
    months = len(months_between(plan.starts_on or cycle.starts_on, plan.ends_on or cycle.ends_on))
    monthly = (
        mean(history.list_amount) if history and history.list_amount else Estimate.unknown(NO_SALES)
    )
    return Guard(
        plan=plan,
        discount=discount,
        margin=margin,
        break_even=break_even_uplift(float(discount), min(margin.value, 1.0))
        if margin.value is not None
        else None,
        given_away=_not_below_zero(monthly.scaled(float(discount) * months)),
        months=months,
        approval=approval,
    )


def _not_below_zero(estimate: Estimate) -> Estimate:
    """Cut an interval at zero: nobody gives away less than nothing."""
    if estimate.value is None or estimate.low is None or estimate.low >= 0:
        return estimate
    return Estimate(
        estimate.value, min(0.0, estimate.value), estimate.high, estimate.n, estimate.reason
    )
