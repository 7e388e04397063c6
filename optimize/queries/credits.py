"""One closed deal's credit, touch by touch, to the cent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from optimize.models import Journey
from optimize.numerics.attribution import MODELS, UNIT, exact_shares, split_amounts
from optimize.numerics.tallies import PATH, equal_shares

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class TouchCredit:
    """What a touch of a deal's journey is credited with: shares of 1, and its part of the money.

    Over the touches each model's shares add up to 1 and its amounts to the deal's, exactly; an
    amount that is not known on the deal is None. Shapley's shares are those among channels.
    """

    date: date
    channel: int
    program: int | None
    share: dict[str, Decimal]
    net_amount: dict[str, Decimal | None]
    margin_amount: dict[str, Decimal | None]

    def as_dict(self) -> dict[str, Any]:
        """The JSON shape, exact decimals in text."""
        return {
            "date": self.date.isoformat(),
            "channel": self.channel,
            "program": self.program,
            **{
                name: {
                    model: None if value is None else format(value, "f")
                    for model, value in getattr(self, name).items()
                }
                for name in ("share", "net_amount", "margin_amount")
            },
        }


def credit_of(deal_id: int) -> list[TouchCredit]:
    """Return a closed deal's credit as last measured, empty where it is open or untouched."""
    kept = Journey.objects.filter(deal_id=deal_id).first()
    if kept is None:
        return []
    steps = np.frombuffer(bytes(kept.path), dtype=PATH)
    ends = np.array([0, steps.size], dtype=np.int64)
    row = np.zeros(steps.size, dtype=np.int64)
    shares = {
        model: steps["shares"][:, place].astype(np.int64) for place, model in enumerate(MODELS)
    }
    equal = equal_shares(steps["channel"].astype(np.int64), row)
    shares["shapley"] = exact_shares(ends, equal)
    money = {
        name: {
            model: None if cents is None else split_amounts(ends, share, [cents])
            for model, share in shares.items()
        }
        for name, cents in (("net", kept.net_cents), ("margin", kept.margin_cents))
    }

    def amounts(name: str, place: int) -> dict[str, Decimal | None]:
        return {
            model: None if split is None else Decimal(int(split[place])) / 100
            for model, split in money[name].items()
        }

    return [
        TouchCredit(
            date=_EPOCH + timedelta(days=int(step["day"])),
            channel=int(step["channel"]),
            program=int(step["program"]) or None,
            share={model: Decimal(int(share[place])) / UNIT for model, share in shares.items()},
            net_amount=amounts("net", place),
            margin_amount=amounts("margin", place),
        )
        for place, step in enumerate(steps)
    ]
