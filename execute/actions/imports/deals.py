"""Deals out of a file: prices from the product list where the file is silent, outcomes dated."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from execute.actions.imports import entries, lines, money, references
from execute.actions.imports.rows import PLACES, Rows, Sheet, owners
from execute.models import Outcome
from execute.numerics.doubts import counted, shown
from execute.numerics.values import NO_DECISION, OPEN
from execute.queries.rates import deal_day
from execute.queries.references import contacts_named

HUNDRED = Decimal(100)


def deals(sheet: Sheet) -> Rows:
    """Return deals."""
    _who(sheet)
    _how_it_ended(sheet)
    _amounts(sheet)
    lines.gather_lines(sheet)
    _names(sheet)
    if sheet.has("competitor"):
        rivals = references.competitors_for(
            references.distinct(sheet.column("competitor")), sheet.made
        )
        sheet.refer("competitor_id", rivals, "competitor")
    if sheet.has("driver"):
        drivers = references.drivers_for(references.distinct(sheet.column("driver")), sheet.made)
        sheet.refer("driver_id", drivers, "driver")
    entries.take_entries(sheet)
    sheet.keep_attributes()
    return sheet.done()


def _who(sheet: Sheet) -> None:
    found, made = references.accounts_for(references.distinct(sheet.column("account")), sheet.made)
    if made:
        sheet.say(f"{counted(made, 'new account')} created from names in the file.")
    sheet.refer("account_id", found, "account")
    wanted = references.distinct(sheet.column("contact"))
    people = contacts_named(wanted)
    if len(people) < len(wanted):
        missing = [name for name in wanted if name not in people]
        few = ", ".join(shown(name, 30) for name in missing[:3])
        sheet.say(
            f"{counted(len(missing), 'contact')} named in the file could not be found ({few}): "
            "their deals have no contact. Import contacts, then this file again."
        )
    sheet.refer("contact_id", people, "contact")
    sheet.refer("owner_id", owners(sheet), "owner")


def _how_it_ended(sheet: Sheet) -> None:
    outcomes = sheet.column("outcome")
    named = [
        stage or _stage_of(outcome)
        for stage, outcome in zip(sheet.column("stage"), outcomes, strict=True)
    ]
    stages = references.stages_for(references.distinct(named), sheet.made)
    stage_ids = []
    for name, outcome in zip(named, outcomes, strict=True):
        stage = stages[name]
        # A stage and an outcome that disagree: the outcome is what the file says of the end.
        if stage.outcome != outcome:
            stage = references.stages_for([_stage_of(outcome)], sheet.made)[_stage_of(outcome)]
        stage_ids.append(stage.pk)
    sheet.set("stage_id", stage_ids)
    sheet.set("outcome", outcomes)
    dates = sheet.column("close_date")
    ends = list(zip(dates, outcomes, strict=True))
    sheet.set("closed_date", [day if outcome != OPEN else None for day, outcome in ends])
    if sheet.has("close_date"):
        sheet.set("expected_close_date", dates)
    sheet.plain("created_date")
    for place, (day, outcome) in enumerate(ends):
        if outcome != OPEN and day is None:
            sheet.refuse(place, "close_date", day, "the deal has closed, but the file has no date")


def _stage_of(outcome: str) -> str:
    return {OPEN: "Lead", NO_DECISION: "No decision"}.get(outcome, str(Outcome(outcome).label))


def _amounts(sheet: Sheet) -> None:
    names = references.distinct(sheet.column("product"))
    products = references.products_for(names, sheet.answers, sheet.made)
    sheet.refer("product_id", {name: product.pk for name, product in products.items()}, "product")
    quantities = [quantity or Decimal(1) for quantity in sheet.column("quantity")]
    if sheet.has("quantity"):
        sheet.set("quantity", quantities)
    rates = _rates(sheet)
    lists: list[Decimal | None] = []
    nets: list[Decimal | None] = []
    costs: list[Decimal | None] = []
    rows = zip(
        sheet.column("product"),
        quantities,
        sheet.column("list_amount"),
        sheet.column("net_amount"),
        sheet.column("cost_amount"),
        sheet.column("discount_percent"),
        rates,
        strict=True,
    )
    said: list[tuple[Decimal | None, ...]] = []
    for name, quantity, listed, net, cost, percent, rate in rows:
        product = products.get(name) if name else None
        listed, net = _discounted(listed, net, percent)
        said.append((listed, net, cost) if rate is not None else (None, None, None))
        if rate is not None:
            listed, net, cost = (_worth(amount, rate) for amount in (listed, net, cost))
        if listed is None and product is not None and product.list_price is not None:
            listed = product.list_price * quantity
        if cost is None and product is not None and product.unit_cost is not None:
            cost = product.unit_cost * quantity
        listed, net = _discounted(listed, net, percent)
        lists.append(_money(listed))
        nets.append(_money(net))
        costs.append(_money(cost))
    if any(sheet.column("currency")):
        for place, column in enumerate(("list_amount", "net_amount", "cost_amount")):
            sheet.set(f"original_{column}", [_money(row[place]) for row in said])
    # What neither the file nor the product list knows is left as it stands.
    for column, values in (("list_amount", lists), ("net_amount", nets), ("cost_amount", costs)):
        source = "discount_percent" if column != "cost_amount" else "product"
        if sheet.has(column) or sheet.has("product") or sheet.has(source):
            sheet.set(column, values)


def _discounted(
    listed: Decimal | None, net: Decimal | None, percent: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    """Return list and net price, each from the other and the discount where it is not said."""
    if percent is None or percent >= HUNDRED:
        return listed, net
    share = 1 - percent / HUNDRED
    if net is None and listed is not None:
        return listed, listed * share
    if listed is None and net is not None:
        return net / share, net
    return listed, net


def _rates(sheet: Sheet) -> list[Decimal | None]:
    """Return the rate of each deal in another currency, and keep both.

    It is the rate of the day it closed, or else was opened, or else of today.
    """
    if not any(sheet.column("currency")):
        return [None] * len(sheet)
    codes = money.foreign(sheet.column("currency"))
    days = list(
        map(
            deal_day,
            sheet.column("close_date"),
            sheet.column("outcome"),
            sheet.column("created_date"),
        )
    )
    rates = money.rates_of(sheet, codes, days)
    sheet.set("original_currency", codes)
    sheet.set("exchange_rate", rates)
    return rates


def _worth(amount: Decimal | None, rate: Decimal) -> Decimal | None:
    return None if amount is None else (amount * rate).quantize(PLACES, ROUND_HALF_UP)


def _money(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(PLACES)


def _names(sheet: Sheet) -> None:
    given = zip(
        sheet.column("name"),
        sheet.column("account"),
        sheet.column("product"),
        sheet.column("contact"),
        sheet.given.identity,
        strict=True,
    )
    sheet.set("name", [_name(*row) for row in given])


def _name(name: Any, account: Any, product: Any, contact: Any, key: str) -> str:
    if name:
        return str(name)
    said = ", ".join(filter(None, (account, product)))
    return (said or (f"Deal with {contact}" if contact else f"Deal {key}"))[:250]
