"""From what a file says to the rows that are stored: one frame for each kind."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from execute.actions.imports import money, references
from execute.actions.imports.money import convert_amounts
from execute.actions.reps import reps_named
from execute.models import SpendRule
from execute.numerics.doubts import Note, Refusal, counted, shown
from execute.numerics.periods import spread
from execute.numerics.typed import Interpretation
from execute.numerics.values import TOUCH_KINDS
from execute.queries.references import contacts_named
from insight.models import Contact
from ipeo.models import Membership

if TYPE_CHECKING:
    import pandas as pd

PLACES = Decimal("0.01")


@dataclass
class Rows:
    """What will be stored: `frame` has `import_key`, `line` and the table's columns."""

    frame: pd.DataFrame
    refused: list[Refusal] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    made: references.Made = field(default_factory=dict)


class Sheet:
    """The accepted rows of a file while they are turned into a table's columns."""

    def __init__(self, given: Interpretation, answers: Mapping[str, str]) -> None:
        self.given, self.answers = given, answers
        import pandas as pd  # a second, that no process should pay at its start

        self._series = pd.Series
        self.frame = pd.DataFrame({"import_key": given.identity, "line": given.lines}, dtype=object)
        self.refused: list[Refusal] = []
        self.notes: list[Note] = []
        self.made: references.Made = {}
        self._gone: set[int] = set()

    def __len__(self) -> int:
        return len(self.given)

    def has(self, name: str) -> bool:
        """Whether the file says this at all."""
        return name in self.given.columns

    def column(self, name: str) -> list[Any]:
        """Return a field's values, one a row; nothing everywhere for a field the file lacks."""
        return self.given.columns.get(name) or [None] * len(self)

    def set(self, column: str, values: list[Any]) -> None:
        """Give a column of the table its values."""
        self.frame[column] = self._series(values, dtype=object)

    def text(self, column: str, source: str | None = None) -> None:
        """Copy a text field, blank where it says nothing, if the file has it."""
        name = source or column
        if self.has(name):
            self.set(column, [value or "" for value in self.column(name)])

    def plain(self, column: str, source: str | None = None) -> None:
        """Copy a field as it is, if the file has it."""
        if self.has(source or column):
            self.set(column, self.column(source or column))

    def refer(self, column: str, ids: Mapping[str, int], source: str) -> None:
        """Point a column at the rows that a field names, if the file has the field."""
        if self.has(source):
            self.set(column, [ids.get(value) if value else None for value in self.column(source)])

    def refuse(self, place: int, column: str, value: object, reason: str) -> None:
        """Leave a row out, and say why."""
        if place not in self._gone:
            self._gone.add(place)
            line = self.given.lines[place]
            self.refused.append(Refusal(line, column, str(value or ""), reason))

    def leave_out(self, places: Iterable[int]) -> None:
        """Leave rows out that are nothing to refuse: the file says them otherwise already."""
        self._gone.update(places)

    def say(self, text: str) -> None:
        """Say something about the file as a whole."""
        self.notes.append(Note(text))

    def keep_attributes(self) -> None:
        """Keep beside each row what the file says and no column has a place for."""
        kept = self.given.attributes
        if kept:
            said = [
                {name: value for name, value in zip(kept, values, strict=True) if value}
                for values in zip(*kept.values(), strict=True)
            ]
            self.set("attributes", [json.dumps(one, sort_keys=True) for one in said])

    def done(self) -> Rows:
        """Return the rows that stay, each key once."""
        seen: dict[str, int] = {}
        for place, key in enumerate(self.given.identity):
            if place in self._gone:
                continue
            if key in seen:
                earlier = self.given.lines[seen[key]]
                self.refuse(place, "", key, f"line {earlier} already has the same ID or name")
            else:
                seen[key] = place
        keep = [place for place in range(len(self)) if place not in self._gone]
        frame = self.frame.iloc[keep].reset_index(drop=True)
        return Rows(frame, self.refused, self.notes, self.made)


def owners(sheet: Sheet) -> dict[str, int]:
    """Return the member each rep's name means; a placeholder where nobody has it."""
    members: dict[str, Membership] = reps_named(references.distinct(sheet.column("owner")))
    return {name: member.pk for name, member in members.items()}


def products(sheet: Sheet) -> Rows:
    """Return products; prices in another currency are converted at today's rate, and said so."""
    sheet.text("name")
    sheet.text("family")
    codes = money.foreign(sheet.column("currency"))
    rates = money.rates_of(sheet, codes, [timezone.localdate()] * len(sheet))
    for name in ("list_price", "unit_cost"):
        if sheet.has(name):
            sheet.set(name, money.worth(sheet.column(name), rates))
    used = {code: rate for code, rate in zip(codes, rates, strict=True) if rate is not None}
    for code, rate in sorted(used.items()):
        sheet.say(
            f"Prices in {code} are converted at today's rate, {rate.normalize():f}. Import the "
            "list again to take another day's."
        )
    return sheet.done()


def accounts(sheet: Sheet) -> Rows:
    """Return accounts."""
    for name in ("name", "industry", "region", "country", "website"):
        sheet.text(name)
    sheet.text("parent_name", "parent")
    sheet.plain("employees")
    sheet.plain("annual_revenue")
    sheet.keep_attributes()
    sheet.refer("owner_id", owners(sheet), "owner")
    return sheet.done()


def contacts(sheet: Sheet) -> Rows:
    """Return contacts and leads."""
    names = sheet.column("name")
    if sheet.has("first_name") or sheet.has("last_name"):
        pairs = zip(names, sheet.column("first_name"), sheet.column("last_name"), strict=True)
        names = [name or " ".join(filter(None, (first, last))) for name, first, last in pairs]
        sheet.set("name", [name[:200] for name in names])
    else:
        sheet.text("name")
    for name in ("email", "phone", "title", "source"):
        sheet.text(name)
    sheet.plain("lead_date")
    if sheet.has("consent"):
        words = {True: "given", False: "refused", None: "unknown"}
        sheet.set("consent", [words[value] for value in sheet.column("consent")])
    found, made = references.accounts_for(references.distinct(sheet.column("account")), sheet.made)
    if made:
        sheet.say(f"{counted(made, 'new account')} created from names in the file.")
    sheet.refer("account_id", found, "account")
    sheet.refer("owner_id", owners(sheet), "owner")
    sheet.keep_attributes()
    return sheet.done()


def touches(sheet: Sheet) -> Rows:
    """Return touches; one of nobody known is refused, since it could be credited to nobody."""
    people = contacts_named(references.distinct(sheet.column("contact")))
    accounts_, made = references.accounts_for(
        references.distinct(sheet.column("account")), sheet.made
    )
    if made:
        sheet.say(f"{counted(made, 'new account')} created from names in the file.")
    employers = _accounts_of(list(people.values()))
    contact_ids: list[int | None] = []
    account_ids: list[int | None] = []
    for place, (person, company) in enumerate(
        zip(sheet.column("contact"), sheet.column("account"), strict=True)
    ):
        contact = people.get(person) if person else None
        account = accounts_.get(company) if company else None
        contact_ids.append(contact)
        account_ids.append(employers.get(contact or 0) or account)
        if contact is None and account is None:
            why = f"no contact matches {shown(person)}; import contacts first"
            sheet.refuse(place, "contact", person, why)
    sheet.set("contact_id", contact_ids)
    sheet.set("account_id", account_ids)
    sheet.refer(
        "channel_id",
        references.channels_for(references.distinct(sheet.column("channel")), sheet.made),
        "channel",
    )
    _programs(sheet)
    kinds = [kind or "other" for kind in sheet.column("kind")]
    sheet.set("kind", kinds)
    sheet.set("level", [TOUCH_KINDS[kind] for kind in kinds])
    sheet.plain("occurred_at")
    return sheet.done()


def expenses(sheet: Sheet) -> Rows:
    """Return expenses; the total of a period is spread over its days."""
    channels = references.channels_for(references.distinct(sheet.column("channel")), sheet.made)
    sheet.refer("channel_id", channels, "channel")
    programs, rules = _programs(sheet)
    described = zip(sheet.column("description"), sheet.column("campaign"), strict=True)
    sheet.set("description", [(text or campaign or "")[:300] for text, campaign in described])
    if sheet.has("campaign"):
        sheet.set("campaign_name", [(name or "")[:300] for name in sheet.column("campaign")])
    sheet.plain("date")
    sheet.set("amount", [amount.quantize(PLACES) for amount in sheet.column("amount")])
    sheet.plain("state")
    sheet.plain("impressions")
    sheet.plain("clicks")
    if programs and not sheet.has("channel"):
        by_program = {program.pk: program.channel_id for program in programs.values()}
        sheet.set("channel_id", [by_program.get(pk) for pk in sheet.frame["program_id"]])
    if rules is not None:
        _place(sheet, rules)
    rows = sheet.done()
    if sheet.has("end_date"):
        ends = dict(zip(sheet.given.lines, sheet.column("end_date"), strict=True))
        rows.frame = _spread(rows.frame, ends)
    codes = money.foreign(sheet.column("currency"))
    convert_amounts(rows, dict(zip(sheet.given.lines, codes, strict=True)))
    return rows


def _place(sheet: Sheet, rules: list[SpendRule | None]) -> None:
    """Keep which rule placed a row, and the channel that the row came with."""
    if not sheet.has("channel") and "channel_id" not in sheet.frame:
        sheet.set("channel_id", [None] * len(sheet))
    came = list(sheet.frame["channel_id"])
    sheet.set("rule_id", [rule.pk if rule else None for rule in rules])
    sheet.set(
        "channel_before_rule_id",
        [pk if rule else None for rule, pk in zip(rules, came, strict=True)],
    )
    sheet.set(
        "channel_id",
        [
            (rule.channel_id or pk or (rule.program.channel_id if rule.program else None))
            if rule
            else pk
            for rule, pk in zip(rules, came, strict=True)
        ],
    )


def _spread(frame: pd.DataFrame, ends: Mapping[int, Any]) -> pd.DataFrame:
    """Give each day of a period its part of the amount, and the first day the counts."""
    out: list[dict[Any, Any]] = []
    for row in frame.to_dict("records"):
        end = ends.get(row["line"])
        if end is None or end <= row["date"]:
            out.append(row)
            continue
        for place, (day, amount) in enumerate(spread(row["amount"], row["date"], end)):
            part = row | {"date": day, "amount": amount}
            if place:
                part["import_key"] = f"{row['import_key']}@{day}"
                part |= {name: None for name in ("impressions", "clicks") if name in row}
            out.append(part)
    return type(frame)(out, columns=frame.columns, dtype=object)


def _programs(sheet: Sheet) -> tuple[dict[str, Any], list[SpendRule | None] | None]:
    """Point rows at the program they name, under `program` or else under `campaign`.

    What no program is called goes where a rule of spend says. Returns the programs by name, and
    each row's rule; no rules for a file that names neither.
    """
    pairs = zip(sheet.column("program"), sheet.column("campaign"), strict=True)
    names = [program or campaign for program, campaign in pairs]
    if not (sheet.has("program") or sheet.has("campaign")):
        return {}, None
    wanted = references.distinct(names)
    found = references.programs_for(wanted)
    ids = [found[name].pk if name in found else None for name in names]
    rules = money.rules_of(sheet, ids)
    placed = {name for name, rule in zip(names, rules, strict=True) if rule is not None}
    unknown = [name for name in wanted if name not in found and name not in placed]
    if unknown:
        few = ", ".join(shown(name, 30) for name in unknown[:5])
        more = f" and {len(unknown) - 5:,} more" if len(unknown) > 5 else ""
        sheet.say(
            f"There is no program called {few}{more}, so these rows count for the channel alone."
        )
    sheet.set(
        "program_id",
        [rule.program_id if rule else pk for rule, pk in zip(rules, ids, strict=True)],
    )
    return found, rules


def _accounts_of(contacts_: list[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for start in range(0, len(contacts_), 20_000):
        part = Contact.objects.filter(pk__in=contacts_[start : start + 20_000])
        found |= dict(part.exclude(account=None).values_list("pk", "account_id"))
    return found
