"""What a discount asks in return: the value guard's arithmetic.

A discount is always open to a rival too, and it is paid for on every deal that would have been
won without it.
"""

from __future__ import annotations

from dataclasses import dataclass

NO_VOLUME = (
    "The discount uses up the whole margin, so no volume makes up for it. "
    "Lower the discount or offer value instead."
)


@dataclass(frozen=True, slots=True)
class BreakEven:
    """How much more must be sold for a discount to leave the same margin.

    All are shares (0.25 = 25 %). `uplift` is None where no volume makes up for the discount, and
    then `reason` says so. `margin_after` is what is left of the list price; `given_away` is the
    share of the margin that the discount gives away.
    """

    discount: float
    margin: float
    uplift: float | None
    margin_after: float
    given_away: float | None
    reason: str = ""

    @property
    def possible(self) -> bool:
        """Whether any volume at all makes up for the discount."""
        return self.uplift is not None


def break_even_uplift(discount: float, margin: float) -> BreakEven:
    """The uplift in units sold that a discount needs to earn the same margin: d / (m - d).

    `discount` d and contribution margin `margin` m are shares of the list price. At d >= m each
    deal loses money, and the answer is a refusal with its reason, not a number.

    Raises ValueError when the discount is outside 0 to 1 or the margin is above 1.
    """
    if not 0 <= discount <= 1:
        raise ValueError("A discount lies between 0 % and 100 %.")
    if not margin <= 1:
        raise ValueError("A margin is at most 100 % of the list price.")
    after = margin - discount
    given_away = discount / margin if margin > 0 else None
    if discount == 0:
        return BreakEven(discount, margin, 0.0, after, given_away)
    # A margin of a hundred-millionth is rounding, not a margin.
    if after <= 1e-8:
        return BreakEven(discount, margin, None, after, given_away, NO_VOLUME)
    return BreakEven(discount, margin, discount / after, after, given_away)


def margin_given_away(list_amount: float, discount: float) -> float:
    """The money a discount gives away on sales of `list_amount` at list price.

    Raises ValueError when the discount is outside 0 to 1 or the amount is negative.
    """
    if not 0 <= discount <= 1:
        raise ValueError("A discount lies between 0 % and 100 %.")
    if list_amount < 0:
        raise ValueError("A list amount is not negative.")
    return list_amount * discount
