"""A cycle's way from mindset to wallet beside the cycle before: where it leaks, who is where."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from insight.models import Account, Contact
from ipeo.models import Cycle
from ipeo.numerics.changes import Change, change
from ipeo.numerics.estimates import Estimate, rate
from optimize.models import FunnelFact
from optimize.queries.measures import Funnel, FunnelStep, funnel


@dataclass(frozen=True)
class Passage:
    """From one step to the next: the share that goes on, and that of the cycle before."""

    source: FunnelStep
    target: FunnelStep
    share: Estimate
    change: Change

    @property
    def lost(self) -> int:
        """How many came to the step and no further."""
        return self.source.reached - self.target.reached


@dataclass(frozen=True)
class FunnelStory:
    """A cycle's funnel, each step beside the same in the cycle before."""

    cycle: Cycle
    earlier: Cycle | None
    funnel: Funnel
    passages: tuple[Passage, ...]
    handoff: Change
    taken_up: Estimate
    taken_up_change: Change

    @property
    def has_any(self) -> bool:
        """Whether anybody was reached."""
        return any(step.reached for step in self.funnel.steps)

    @property
    def leak(self) -> Passage | None:
        """The passage that the smallest share of its buyers makes, None where nobody came."""
        known = [one for one in self.passages if one.share.value is not None and one.lost]
        return min(known, key=lambda one: one.share.value or 0.0) if known else None

    @property
    def worsened(self) -> Passage | None:
        """The passage that lost most against the cycle before, beyond chance; None for none."""
        fallen = [one for one in self.passages if one.change.verdict == "down"]
        return min(fallen, key=lambda one: one.change.difference or 0.0) if fallen else None


def story_of(cycle: Cycle, earlier: Cycle | None) -> FunnelStory:
    """Return a cycle's funnel beside that of an earlier cycle, where one is given."""
    now = funnel(cycle)
    then = None if earlier is None else funnel(earlier)
    former = {} if then is None else _shares(then)
    passages = tuple(
        Passage(source, target, share, change(share, former.get(target.depth)))
        for source, target, share in _steps(now)
    )
    taken_up = rate(now.taken_up, now.handed_over, reason="no buyer has taken a second look yet")
    before = None if then is None else rate(then.taken_up, then.handed_over)
    return FunnelStory(
        cycle=cycle,
        earlier=earlier,
        funnel=now,
        passages=passages,
        handoff=change(now.handoff_hours, None if then is None else then.handoff_hours),
        taken_up=taken_up,
        taken_up_change=change(taken_up, before),
    )


def _steps(found: Funnel) -> list[tuple[FunnelStep, FunnelStep, Estimate]]:
    return [
        (source, target, rate(target.reached, source.reached, reason="no buyer reached this step"))
        for source, target in zip(found.steps, found.steps[1:], strict=False)
    ]


def _shares(found: Funnel) -> dict[int, Estimate]:
    return {target.depth: share for _, target, share in _steps(found)}


def buyers_at(cycle: Cycle, depth: int) -> QuerySet[FunnelFact]:
    """Return the buyers of a cycle that came at least so far."""
    return FunnelFact.objects.filter(cycle=cycle, depth__gte=depth)


def names_of(facts: list[FunnelFact]) -> dict[int, str]:
    """Return the names of buyers, accounts and people alike, by party."""
    accounts = [fact.party for fact in facts if fact.party > 0]
    people = [-fact.party for fact in facts if fact.party < 0]
    found = dict(Account.objects.filter(pk__in=accounts).values_list("pk", "name"))
    found |= {-one.pk: str(one) for one in Contact.objects.filter(pk__in=people)}
    return found
