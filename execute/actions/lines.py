"""The lines of a deal that sells several products, and the deal's own figures out of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from execute.models import Deal, DealLine
from execute.numerics.shares import shared_out
from execute.queries.lines import AMOUNTS, largest, lines_of, out_of_balance, sums_of

KEPT = ("product_id", "quantity", *AMOUNTS)
CENT = Decimal("0.01")
MANY = 500


def fill_amounts(row: Deal | DealLine, stored: Deal | DealLine | None) -> None:
    """Let amounts that nobody typed follow the product's list price and unit cost.

    They go on following while they stand as the product gave them.
    """
    for field, price in (("list_amount", "list_price"), ("cost_amount", "unit_cost")):
        given = getattr(row, field)
        followed = (
            stored is not None
            and given == getattr(stored, field)
            and given == _priced(stored, price)
        )
        if given is None or followed:
            setattr(row, field, _priced(row, price))


def _priced(row: Deal | DealLine, price: str) -> Decimal | None:
    each: Decimal | None = getattr(row.product, price) if row.product_id else None
    return None if each is None else (each * row.quantity).quantize(CENT)


def take_figures(deal: Deal, lines: Sequence[DealLine]) -> None:
    """Give a deal the figures of its lines: their sums, and the product that brings most."""
    most = largest(lines) if len(lines) > 1 else lines[0]
    deal.product_id, deal.quantity = most.product_id, most.quantity
    for name, value in sums_of(lines).items():
        setattr(deal, name, value)


def keep_lines(deal: Deal, lines: Sequence[DealLine]) -> None:
    """Store a deal's lines by their positions, touching only the rows that differ.

    One line alone is no line: the deal holds it itself.
    """
    wanted = {line.position: line for line in lines} if len(lines) > 1 else {}
    rows = DealLine.objects.filter(deal=deal)
    held = {line.position: line for line in rows}
    rows.exclude(position__in=wanted).delete()
    for position, line in wanted.items():
        row = held.get(position)
        if row is None:
            line.deal = deal
            line.pk = None
            line.save(force_insert=True)
        elif any(getattr(row, name) != getattr(line, name) for name in KEPT):
            for name in KEPT:
                setattr(row, name, getattr(line, name))
            row.save(update_fields=[name.removesuffix("_id") for name in KEPT])


def share_among_lines(deal: Deal) -> None:
    """Let a deal's lines add up to the deal's amounts again, each in its proportion."""
    lines = lines_of(deal)
    if not lines or not share(deal, lines):
        return
    DealLine.objects.bulk_update(lines, AMOUNTS)


def share_all_anew() -> int:
    """Let the lines of all deals add up again; return how many deals' did not."""
    changed: list[DealLine] = []
    deals = list(out_of_balance().order_by("pk"))
    for deal in deals:
        lines = lines_of(deal)
        share(deal, lines)
        changed += lines
    DealLine.objects.bulk_update(changed, AMOUNTS, batch_size=MANY)
    return len(deals)


def share(deal: Deal, lines: Sequence[DealLine]) -> bool:
    """Set the lines' amounts so that they add up to the deal's; return whether any changed."""
    sums, changed = sums_of(lines), False
    for name in AMOUNTS:
        total: Decimal | None = getattr(deal, name)
        if total == sums[name]:
            continue
        changed = True
        parts: Sequence[Decimal | None] = (
            [None] * len(lines) if total is None else shared_out(total, _weights(lines, name))
        )
        for line, part in zip(lines, parts, strict=True):
            setattr(line, name, part)
    return changed


def _weights(lines: Sequence[DealLine], name: str) -> list[Decimal]:
    """Return in which proportion an amount is shared: as it stood, or else by list price."""
    for by in (name, "list_amount", "net_amount", "quantity"):
        known = [value for line in lines if (value := getattr(line, by)) is not None]
        if len(known) == len(lines) and sum(known, Decimal(0)) > 0:
            return known
    return [Decimal(1)] * len(lines)
