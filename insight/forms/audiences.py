"""An audience and its rule, as they are typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict

from insight.models import Audience
from insight.queries.audiences import known_values
from insight.queries.fields import FIELDS, OPERATORS, Field, Operator, field_of
from insight.queries.rules import MATCHES, MAX_CONDITIONS, Rule, RuleNotValid, read_rule


class AudienceForm(forms.ModelForm[Audience]):
    """An audience's name; its rule is read from its own lines."""

    class Meta:
        model = Audience
        fields = ("name", "description")


@dataclass
class Line:
    """One condition while it is being typed; `place` is its number in the form."""

    place: int
    field: Field
    operator: Operator
    values: list[str]
    value_to: str = ""
    error: str = ""

    @property
    def operators(self) -> tuple[Operator, ...]:
        """The ways in which the field can be asked about."""
        return OPERATORS[self.field.kind]

    @property
    def value(self) -> str:
        """The value as one text."""
        return ", ".join(self.values)

    @property
    def known(self) -> list[str]:
        """What can be chosen instead of typed; any other text may be typed as well."""
        return known_values(self.field) if self.field.kind == "text" else []

    @property
    def input_type(self) -> str:
        """The browser's kind of field for the value."""
        if self.operator.shape == "days":
            return "number"
        return "date" if self.field.kind == "date" else "text"

    def as_json(self) -> dict[str, Any]:
        """Return the condition as it was typed, not yet read."""
        shape, first = self.operator.shape, self.values[0] if self.values else ""
        condition: dict[str, Any] = {"field": self.field.key, "op": self.operator.key}
        if shape in {"one", "days"}:
            condition["value"] = first
        elif shape == "two":
            condition["value"] = [first, self.value_to]
        elif shape == "many":
            parts = self.values if self.field.choices else ",".join(self.values).split(",")
            condition["value"] = [part.strip() for part in parts if part.strip()]
        return condition


@dataclass
class RuleLines:
    """A rule while it is being typed: its lines, and what is wrong with them."""

    match: str = "all"
    lines: list[Line] = field(default_factory=list)
    error: str = ""

    @classmethod
    def typed(cls, data: QueryDict) -> RuleLines:
        """Return the lines that a form sent; a line whose field is unknown is left out."""
        lines: list[Line] = []
        for name in data.getlist("line")[:MAX_CONDITIONS]:
            found = field_of(data.get(f"field-{name}", ""))
            if found is None:
                continue
            values = [value for value in data.getlist(f"value-{name}") if value]
            lines.append(
                Line(
                    len(lines),
                    found,
                    _operator(found, data.get(f"op-{name}", "")),
                    values,
                    data.get(f"value_to-{name}", ""),
                )
            )
        match = data.get("match", "all")
        return cls(match if match in MATCHES else "all", lines)

    @classmethod
    def stored(cls, rule: Rule) -> RuleLines:
        """Return a rule's lines as a person would have typed them."""
        lines = []
        for place, condition in enumerate(rule.conditions):
            value = condition.as_json().get("value", "")
            values = [str(one) for one in value] if isinstance(value, list) else [str(value)]
            two = condition.operator.shape == "two"
            lines.append(
                Line(
                    place,
                    condition.field,
                    condition.operator,
                    values[:1] if two else values,
                    values[1] if two else "",
                )
            )
        return cls(rule.match, lines)

    @property
    def error_line(self) -> str:
        """What to mend first, in one line; empty where nothing is wrong."""
        wrong = next((line for line in self.lines if line.error), None)
        return self.error or (f"Condition {wrong.place + 1}: {wrong.error}" if wrong else "")

    def add(self) -> None:
        """Add an empty line."""
        first = next(iter(FIELDS.values()))
        self.lines.append(Line(len(self.lines), first, OPERATORS[first.kind][0], []))

    def remove(self, place: str) -> None:
        """Remove a line, and number the others anew."""
        self.lines = [line for line in self.lines if str(line.place) != place]
        for number, line in enumerate(self.lines):
            line.place = number

    def as_json(self) -> dict[str, Any]:
        """Return the rule as it was typed, not yet read."""
        return {self.match: [line.as_json() for line in self.lines]}

    def read(self) -> Rule | None:
        """Return the rule; None where it cannot be read, and then each line says why."""
        try:
            return read_rule(self.as_json())
        except RuleNotValid as refusal:
            for place, text in refusal.errors.items():
                if place < 0:
                    self.error = text
                else:
                    self.lines[place].error = text
            return None


def _operator(found: Field, key: str) -> Operator:
    offered = OPERATORS[found.kind]
    return next((operator for operator in offered if operator.key == key), offered[0])
