"""Sums gathered into the parts of a breakdown, each worked out into figures."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from execute.models import Outcome
from optimize.models import AttributionModel, DealTotal
from optimize.numerics.figures import Figures, Part, figures_of
from optimize.numerics.metrics import Planned
from optimize.queries import slices
from optimize.queries.comparisons import EACH_OF, GRAIN_OF, comparison
from optimize.queries.slices import Days, Sums
from optimize.queries.standing import Standing
from optimize.queries.sums import INFLUENCE

WHOLE = frozenset({AttributionModel.FIRST.value, AttributionModel.LAST.value})
"""The models that never split a deal."""

_ANY = frozenset(INFLUENCE)
_LEARNING = frozenset({AttributionModel.MARKOV.value, AttributionModel.SHAPLEY.value})
_NO_SUMS: Sums = {}


class UnknownModel(ValueError):
    """There is no such attribution model."""


def check_model(model: str) -> None:
    """Raise `UnknownModel` for a name that is no attribution model."""
    if model not in AttributionModel.values:
        raise UnknownModel(
            f"“{model}” is not an attribution model. Available: "
            f"{', '.join(AttributionModel.values)}."
        )


class Gathering:
    """Collects the sums of a breakdown by key, whichever query they come from."""

    def __init__(self, no_activity: str = "", standing: Standing | None = None) -> None:
        self.deals: dict[Hashable, dict[str, Sums]] = {}
        self.credited: dict[Hashable, Sums] = {}
        self.sourced: dict[Hashable, Sums] = {}
        self.influenced: dict[Hashable, Sums] = {}
        self.activity: dict[Hashable, dict[str, tuple[int, Decimal]]] = {}
        self.planned: Mapping[Hashable, Planned] = {}
        self._no_activity = no_activity
        self._standing = standing

    @property
    def keys(self) -> set[Any]:
        """Every key that has deals, activity or a plan that has begun."""
        begun = {key for key, one in self.planned.items() if one.to_date > 0}
        return {*self.deals, *self.activity, *begun}

    def add_credit(self, rows: Iterable[tuple[Any, str, str, Sums]], *, counted: str) -> None:
        """Gather deals that `credit_sums` gave, those of the model `counted` as its own."""
        for key, found, outcome, sums in rows:
            if found in _ANY:
                self._into(self.influenced, key, sums)
                continue
            if found == counted:
                self.deals.setdefault(key, {})[outcome] = sums
                if outcome == "won":
                    self._into(self.credited, key, sums)
            if found == AttributionModel.FIRST.value:
                self._into(self.sourced, key, sums)

    def add_deals(self, *, group: str, days: Days) -> None:
        """Gather deals counted once, credited to marketing where a touch is known."""
        for key, outcome, is_touched, sums in slices.deal_sums(group=group, days=days):
            by_outcome = self.deals.setdefault(key, {})
            by_outcome[outcome] = slices.add(by_outcome.get(outcome, _NO_SUMS), sums)
            if is_touched:
                self._into(self.sourced, key, sums)
                self._into(self.influenced, key, sums)
                if outcome == "won":
                    self._into(self.credited, key, sums)

    def add_activity(self, *, group: str, days: Days) -> None:
        """Gather touches, leads and spend."""
        self.activity = _activity(group=group, days=days)

    def figures(
        self, key: Hashable, *, usual: float, is_whole: bool = True, untouched: str = ""
    ) -> Figures:
        """Work out a key's figures; `untouched` says why nothing is credited to marketing."""
        credited = self.credited.get(key, _NO_SUMS)
        standing = self._standing
        if standing is not None and standing.is_markov:
            whole = self._whole(key)
            credited = standing.removed(key, credited, whole)
        part = Part(
            deals=self.deals.get(key, {}),
            credited=credited if not untouched else None,
            sourced=self.sourced.get(key, _NO_SUMS) if not untouched else None,
            influenced=self.influenced.get(key, _NO_SUMS) if not untouched else None,
            activity=None if self._no_activity else self.activity.get(key, {}),
            no_activity=self._no_activity,
            is_whole=is_whole,
            untouched=untouched,
            planned=self.planned.get(key),
        )
        found = figures_of(part, usual_dependence=usual)
        return found if standing is None else standing.finished(found, key, part, credited)

    def _whole(self, key: Hashable) -> Sums:
        """What a subject won in all its groups, or a key in its only one."""
        if self._standing is None or self._standing.subject is None:
            return self.credited.get(key, _NO_SUMS)
        whole = _NO_SUMS
        for sums in self.credited.values():
            whole = slices.add(whole, sums)
        return whole

    @staticmethod
    def _into(place: dict[Hashable, Sums], key: Hashable, sums: Sums) -> None:
        place[key] = slices.add(place[key], sums) if key in place else sums


def by_credit(
    models: Sequence[str],
    *,
    group: str,
    days: Days,
    influence: str,
    where: str = "true",
    fixed: str = "",
    **parameters: Any,
) -> dict[str, Gathering]:
    """Gather deals under the touches that each model names, and activity: all of it read once.

    `influence` is how distinct deals are counted: one of `INFLUENCE`. Where there is a `subject`,
    everything gathered here is its own, otherwise `group` is what `influence` is about; `fixed` as
    in `credit_sums`. Markov's deals are those that Shapley's model counts, until what was won is
    given by removals.
    """
    grain = GRAIN_OF[influence]
    counted = {model: EACH_OF[grain] if model in _LEARNING else model for model in models}
    rows = slices.credit_sums(
        group=group,
        models=sorted({*counted.values(), AttributionModel.FIRST.value, influence}),
        days=days,
        where=where,
        fixed=fixed,
        **parameters,
    )
    activity = _activity(group=group, days=days, where=where, **parameters)
    compared = comparison(grain, days)
    found = {}
    for model in models:
        standing = Standing(model=model, compared=compared, subject=parameters.get("subject"))
        found[model] = Gathering(standing=standing)
        found[model].add_credit(rows, counted=counted[model])
        found[model].activity = activity
    return found


def _activity(
    *, group: str, days: Days, where: str = "true", **parameters: Any
) -> dict[Hashable, dict[str, tuple[int, Decimal]]]:
    found: dict[Hashable, dict[str, tuple[int, Decimal]]] = {}
    for key, figure, n, amount in slices.activity_sums(
        group=group, days=days, where=where, **parameters
    ):
        found.setdefault(key, {})[figure] = (n, amount)
    return found


def usual_dependence() -> float:
    """The workspace's own price dependence: the share of won amounts beyond the threshold.

    Drawn toward a half as if one deal more were known, so that a first deal or two do not say
    that every other one is like them: the mean of the Jeffreys posterior.
    """
    won = DealTotal.objects.filter(outcome=Outcome.WON).aggregate(
        net=Sum("priced_net_amount", default=0),
        beyond=Sum("beyond_net_amount", default=0),
        deals=Sum("priced_n", default=0),
    )
    net, deals = won["net"], float(won["deals"])
    share = min(max(float(won["beyond"] / net), 0.0), 1.0) if net > 0 else 0.5
    return (share * deals + 0.5) / (deals + 1.0)
