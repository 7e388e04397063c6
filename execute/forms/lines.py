"""The products of a deal, as they are typed: the first in the deal's own fields, then one a line.

A line's key is its position in the deal, so that two people who edit one deal mean the same line
by the same key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from execute.forms.deals import FIRST, DealForm, plain
from execute.models import Deal, DealLine
from execute.queries.lines import lines_of
from insight.models import Product
from ipeo.merging import Difference, Merge, merged, text_of, words_of
from ipeo.queries.kept import in_use
from ipeo.typed import MoneyField

KEY = re.compile(r"line-(\d{1,4})-quantity")
REMOVED = "Removed"


class LineForm(forms.Form):
    """One more product of a deal."""

    product = forms.ModelChoiceField(Product.objects.none(), empty_label="Choose one")
    quantity = forms.DecimalField(max_digits=12, decimal_places=2, min_value=0, required=False)
    list_amount = MoneyField(required=False, label="List price")
    net_amount = MoneyField(required=False, label="Net price")
    cost_amount = MoneyField(required=False, label="Cost")
    remove = forms.BooleanField(required=False, label="Remove this product")

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        key: int | str,
        line: DealLine | None = None,
    ) -> None:
        self.key, self.line = key, line
        initial: dict[str, Any] = {"quantity": 1}
        if line is not None:
            initial = {name: getattr(line, name) for name in FIRST}
            initial["quantity"] = plain(line.quantity)
        super().__init__(data, prefix=f"line-{key}", initial=initial)
        product = self.fields["product"]
        assert isinstance(product, forms.ModelChoiceField)
        held = line.product_id if line is not None else None
        product.queryset = in_use(Product.objects.order_by("name"), held)
        if line is not None:
            for name in FIRST:
                self.fields[name].show_hidden_initial = True
        if line is None:
            self.fields["quantity"].required = False

    @property
    def is_gone(self) -> bool:
        """Whether the line was removed by whoever sent the form, or never filled in."""
        if not self.is_bound:
            return False
        if self.data.get(self.add_prefix("remove")):
            return True
        said = ("product", "list_amount", "net_amount", "cost_amount")
        return self.line is None and not any(self.data.get(self.add_prefix(n)) for n in said)

    def typed(self) -> DealLine:
        """Return what was typed as a line."""
        given = {name: self.cleaned_data[name] for name in FIRST}
        if given["quantity"] is None:
            given["quantity"] = 1
        return DealLine(position=int(self.key), **given)


class DealForms:
    """A deal's own form and one for each product but the first, sent as one.

    Where another product was asked for, they hold an empty form for it, and are not valid.
    """

    def __init__(
        self, data: QueryDict | None, deal: Deal, *, initial: Mapping[str, Any] | None = None
    ) -> None:
        self.instance = deal
        self.stored = lines_of(deal)
        self.asks_for_more = data is not None and "add_line" in data
        first = next(iter(self.stored), None)
        self.deal = DealForm(data, instance=deal, initial=initial, first=first)
        self.more = _line_forms(data, self.stored, more=self.asks_for_more)

    def is_valid(self) -> bool:
        """Whether all can be saved; each of them says what is wrong."""
        more = [line.is_valid() for line in self.more if not line.is_gone]
        return self.deal.is_valid() and all(more)

    def typed(self) -> list[DealLine]:
        """Return every product that stays, as a line."""
        return [self.deal.typed(), *(line.typed() for line in self.more if not line.is_gone)]

    @property
    def shown(self) -> list[LineForm]:
        """The forms to show again: all but those that were never filled in."""
        return [line for line in self.more if not line.is_bound or line.line or not line.is_gone]

    def merged_with(self, data: QueryDict) -> Merge:
        """Put what was typed together with the deal and the lines as they are stored."""
        return _merged_lines(merged(data, self.deal, DealForm.Meta.fields), self.stored)


def _keys_in(data: Mapping[str, Any]) -> list[int]:
    """Return the keys of the lines that were sent, in order."""
    return sorted(int(found[1]) for name in data if (found := KEY.fullmatch(name)))


def _line_forms(
    data: QueryDict | None, stored: Sequence[DealLine], *, more: bool = False
) -> list[LineForm]:
    """Return a form for each product but the first: those sent, else those stored.

    `more` adds an empty one.
    """
    held = {line.position: line for line in stored[1:]}
    keys: Sequence[int] = _keys_in(data) if data is not None else sorted(held)
    found = [LineForm(data, key=key, line=held.get(key)) for key in keys]
    if more:
        found.append(LineForm(key=max([*keys, *held, 1]) + 1))
    return found


def first_moved_up(data: QueryDict) -> QueryDict:
    """Return what was sent with the next product in the first one's place, if that is removed."""
    moved = data.copy()
    left = [key for key in _keys_in(data) if not data.get(f"line-{key}-remove")]
    if data.get("remove_first") and left:
        for name in FIRST:
            moved[name] = str(data.get(f"line-{left[0]}-{name}", ""))
        moved[f"line-{left[0]}-remove"] = "on"
    elif data.get("remove_first"):
        moved |= {name: "1" if name == "quantity" else "" for name in FIRST}
    moved.pop("remove_first", None)
    return moved


def _merged_lines(merge: Merge, stored: Sequence[DealLine]) -> Merge:
    """Put the lines that were typed together with those that somebody else changed meanwhile."""
    data, conflicts, taken = merge.data.copy(), list(merge.conflicts), list(merge.taken)
    held = {line.position: line for line in stored[1:]}
    for key in _keys_in(data):
        if f"initial-line-{key}-product" not in data and key in held:
            _renumber(data, key, max([*_keys_in(data), *held]) + 1)
    for key in _keys_in(data):
        if key not in held and f"initial-line-{key}-product" in data:
            _theirs_removed(data, key, conflicts, taken)
    for key, line in held.items():
        form = LineForm(key=key, line=line)
        if f"line-{key}-quantity" not in data:
            for name in FIRST:
                data[f"line-{key}-{name}"] = text_of(form[name].value())
            taken.append(str(line.product))
            _start_from(data, form)
            continue
        if data.get(f"line-{key}-remove"):
            _mine_removed(data, form, conflicts)
            continue
        part = merged(data, form, FIRST, of=str(line.product))
        data, conflicts, taken = part.data, conflicts + part.conflicts, taken + part.taken
    return Merge(data, conflicts, list(dict.fromkeys(taken)))


def _renumber(data: QueryDict, key: int, other: int) -> None:
    """Give a line of one's own another key: somebody else has added one under this."""
    for name in (*FIRST, "remove"):
        values = data.pop(f"line-{key}-{name}", None)
        if values:
            data[f"line-{other}-{name}"] = str(values[-1])


def _changed(data: QueryDict, form: LineForm) -> bool:
    """Whether a line was changed by its writer."""
    return any(
        words_of(form[name], str(data.get(f"initial-{form.add_prefix(name)}", "")))
        != words_of(form[name], str(data.get(form.add_prefix(name), "")))
        for name in FIRST
    )


def _theirs_removed(
    data: QueryDict, key: int, conflicts: list[Difference], taken: list[str]
) -> None:
    """They removed a line: it goes, unless its writer changed it, who is asked then."""
    form = LineForm(key=key)
    product = words_of(form["product"], str(data.get(f"line-{key}-product", "")))
    if not _changed(data, form):
        data[f"line-{key}-remove"] = "on"
        taken.append(f"{product}, removed")
        return
    conflicts.append(_about(form, product, mine="Keep your version", theirs=REMOVED))
    for name in FIRST:
        data.pop(f"initial-line-{key}-{name}", None)


def _mine_removed(data: QueryDict, form: LineForm, conflicts: list[Difference]) -> None:
    """One removes a line that somebody else has changed meanwhile: which of the two?"""
    assert form.line is not None
    start = {name: str(data.get(f"initial-{form.add_prefix(name)}", "")) for name in FIRST}
    if any(
        words_of(form[name], start[name]) != words_of(form[name], text_of(form[name].value()))
        for name in FIRST
    ):
        product = str(form.line.product)
        conflicts.append(_about(form, product, mine=REMOVED, theirs="Keep their version"))
        for name in FIRST:
            data[form.add_prefix(name)] = text_of(form[name].value())
    _start_from(data, form)


def _start_from(data: QueryDict, form: LineForm) -> None:
    for name in FIRST:
        data[f"initial-{form.add_prefix(name)}"] = text_of(form[name].value())


def _about(form: LineForm, product: str, *, mine: str, theirs: str) -> Difference:
    removes = "on" if theirs == REMOVED else ""
    return Difference(form.add_prefix("remove"), product, mine, theirs, "in the deal", removes)
