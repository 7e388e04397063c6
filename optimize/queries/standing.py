"""How a model's credit enters the figures: its interval, and Markov's own share of what was won."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from ipeo.numerics.estimates import Estimate
from optimize.models import AttributionModel
from optimize.numerics import metrics
from optimize.numerics.attribution import UNIT
from optimize.numerics.comparison import Comparison
from optimize.numerics.figures import Figures, Part, Spread
from optimize.queries.slices import Sums

NO_REMOVAL = "the amounts won add up to no more than zero, so a removal has nothing to take away"
_NET = ("net_amount", "list_amount", "priced_net_amount", "priced_list_amount", "beyond_net_amount")
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Standing:
    """A model's place in a comparison; `subject` is the key of all that is gathered, if any."""

    model: str
    compared: Comparison
    subject: int | None

    @property
    def is_markov(self) -> bool:
        """Whether what was won is given by removals."""
        return self.model == AttributionModel.MARKOV

    def removed(self, key: Hashable, sums: Sums, whole: Sums) -> Sums:
        """Turn won sums split equally into Markov's; `whole` is what the key won in all.

        Counts, net amounts and margins each take their own removal effects. A part of a subject,
        such as a month, takes its share of the whole. Deals without a known touch stay theirs.
        """
        if not sums:
            return sums
        factors = {}
        for kind, name in (("count", "n"), ("net", "net_amount"), ("margin", "margin_amount")):
            factors[kind] = self._factor(kind, key, whole.get(name, Decimal(0)))
        scaled = {}
        for name, value in sums.items():
            kind = "margin" if name == "margin_amount" else "net" if name in _NET else "count"
            power = 1
            if name.endswith("_squares"):
                kind, power = name.removesuffix("_squares").replace("days", "count"), 2
            factor = factors[kind]
            scaled[name] = value if factor is None else value * factor**power
        if self.subject is None:
            for kind, name in (("net", "net_amount"), ("margin", "margin_amount")):
                if factors[kind] is not None:
                    scaled[name] = scaled[name].quantize(_CENT)
        return scaled

    def finished(self, figures: Figures, key: Hashable, part: Part, won: Sums) -> Figures:
        """Put Markov's part of what was won, and every model's interval, into figures."""
        if self.is_markov:
            figures = self._with_removals(figures, won)
        if self.subject is not None and key != "all":
            return figures
        spread = self._spread(key)
        changed: dict[str, Any] = _returns(figures, spread, part)
        return replace(figures, **changed, spread=spread)

    def _with_removals(self, figures: Figures, credited: Sums) -> Figures:
        undefined = [
            name
            for kind, name in (("net", "net_amount"), ("margin", "margin_amount"))
            if self._given(kind).value is None
        ]
        why = dict(figures.why)
        changed: dict[str, Any] = {
            "deals_won": float(credited.get("n", 0)),
            "new_customers": float(credited.get("new_n", 0)),
            "net_amount": _if_known(figures.net_amount, credited, "net_amount"),
            "list_amount": _if_known(figures.list_amount, credited, "list_amount"),
            "margin_amount": _if_known(figures.margin_amount, credited, "margin_amount"),
        }
        if figures.spend is not None:
            changed["cac"] = metrics.cac(float(figures.spend), changed["new_customers"])
        for name in undefined:
            n = round(changed["deals_won"])
            changed[name] = changed[f"attributed_{name}"] = None
            why[name] = why[f"attributed_{name}"] = NO_REMOVAL
            changed["roas" if name == "net_amount" else "romi"] = Estimate.unknown(NO_REMOVAL, n)
        return replace(figures, **changed, why=why)

    def _given(self, kind: str) -> Any:
        return self.compared.given[kind][self.model]

    def _place(self, key: Hashable) -> int | None:
        wanted = self.subject if self.subject is not None else (0 if key is None else key)
        if not isinstance(wanted, int):
            return None
        place = int(np.searchsorted(self.compared.keys, wanted))
        if place < self.compared.keys.size and int(self.compared.keys[place]) == wanted:
            return place
        return None

    def _factor(self, kind: str, key: Hashable, equally: Decimal) -> Decimal | None:
        """Markov's part of what a key won over its equal part; None where there is nothing."""
        place, given = self._place(key), self._given(kind)
        if place is None or given.value is None or equally == 0:
            return None
        unit = UNIT if kind == "count" else 100
        shapley = self.compared.given[kind]["shapley"].value
        assert shapley is not None
        split = int(shapley[place])
        mine = int(given.value[place])
        # Without the deals that nobody touched, which only stand where there is no key.
        other = equally - Decimal(split) / unit if key is None and self.subject is None else 0
        return (Decimal(mine) / unit + other) / equally

    def _spread(self, key: Hashable) -> dict[str, Spread]:
        place = self._place(key)
        if place is None or (key is None and self.subject is None):
            return {}
        found = {}
        for kind, unit in (("count", UNIT), ("net", 100), ("margin", 100)):
            given = self._given(kind)
            if given.value is not None and not np.isnan(given.low[place]):
                low, high = float(given.low[place]) / unit, float(given.high[place]) / unit
                found[kind] = (low, high)
        return found


def _if_known(figure: Decimal | None, credited: Mapping[str, Decimal], name: str) -> Decimal | None:
    return None if figure is None else credited.get(name, Decimal(0))


def _returns(figures: Figures, spread: Mapping[str, Spread], part: Part) -> dict[str, Estimate]:
    """Returns on spend between the ends of the resampled buyers."""
    spend = figures.spend
    found: dict[str, Estimate] = {}
    if spend is None or spend <= 0 or part.credited is None:
        return found
    for name, kind, offset in (("roas", "net", 0.0), ("romi", "margin", -1.0)):
        held: Estimate = getattr(figures, name)
        if held.value is None or kind not in spread:
            continue
        low, high = (end / float(spend) + offset for end in spread[kind])
        n = round(float(part.credited.get("n", 0)))
        found[name] = Estimate(
            held.value, min(low, held.value), max(high, held.value), n, held.reason
        )
    return found
