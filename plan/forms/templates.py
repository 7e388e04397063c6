"""Templates of programs as people type them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from insight.models import Audience
from ipeo.models import Cycle, Workspace
from ipeo.queries.members import members_of
from ipeo.typed import PercentField
from plan.models import Program, ProgramTemplate
from plan.queries.scenarios import findings_for, proof_points

_TASK = re.compile(
    r"(?P<title>.+?)(?:\s*,\s*(?P<side>marketing|sales))?"
    r"(?:\s*,\s*(?P<days>[-+−]?\d+)(?:\s*days?)?)?",
    re.IGNORECASE,
)


class LinesField(forms.CharField):
    """Several names, one on each line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 4}), required=False, **kwargs)

    def clean(self, value: Any) -> Any:
        """Return the names, empty lines left out."""
        lines = [line.strip() for line in (super().clean(value) or "").splitlines()]
        found = list(dict.fromkeys(line for line in lines if line))
        if any(len(line) > 120 for line in found):
            raise ValidationError("A name has at most 120 characters.")
        return found

    def prepare_value(self, value: Any) -> Any:
        """Show stored names line by line."""
        return "\n".join(value) if isinstance(value, list) else value


class TasksField(LinesField):
    """Tasks, one on each line: what, whose side, and days from the flight's start."""

    def clean(self, value: Any) -> Any:
        """Return each task's title, side and days."""
        found = []
        for line in super().clean(value):
            match = _TASK.fullmatch(line)
            assert match is not None
            days = int((match["days"] or "0").replace("−", "-"))
            if abs(days) > 366:
                raise ValidationError(f"“{line}” is more than a year from the flight's start.")
            side = (match["side"] or "marketing").lower()
            found.append({"title": match["title"].strip(), "side": side, "days": days})
        return found

    def prepare_value(self, value: Any) -> Any:
        """Show stored tasks as they are typed."""
        if not isinstance(value, list):
            return value
        return "\n".join(f"{one['title']}, {one['side']}, {one['days']}" for one in value)


class TemplateForm(forms.ModelForm[ProgramTemplate]):
    """A template of the workspace."""

    discount = PercentField(
        required=False, max_length=12, label="Discount on list price", help_text="Such as 5%."
    )
    materials = LinesField(label="Required materials", help_text="One per line.")
    tasks = TasksField(
        label="Tasks",
        help_text="One per line: Invite the audience, marketing, -14. The number is days from "
        "the flight's start.",
    )

    class Meta:
        model = ProgramTemplate
        fields = (
            "name",
            "purpose",
            "channel",
            "offer",
            "discount",
            "message",
            "begins_after_days",
            "lasts_days",
            "materials",
            "tasks",
        )
        widgets = {"offer": forms.RadioSelect}
        labels = {
            "purpose": "What it is for",
            "offer": "Offer",
            "begins_after_days": "Start, days into the cycle",
            "lasts_days": "Duration, days",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offer"].choices = Program.Offer.choices  # type: ignore[attr-defined]
        if not self.instance.discount:
            self.initial["discount"] = None

    def clean(self) -> dict[str, Any]:
        """Ask a price-led template for its discount."""
        cleaned = super().clean() or {}
        if cleaned.get("offer") != Program.Offer.PRICE:
            cleaned["discount"] = Decimal(0)
            self.errors.pop("discount", None)
        elif not cleaned.get("discount") and "discount" not in self.errors:
            self.add_error("discount", "A price-led offer needs a discount. Enter how much.")
        elif (cleaned.get("discount") or 0) >= 1:
            self.add_error("discount", "That gives the product away.")
        return cleaned


class BeginForm(forms.Form):
    """What is chosen when a program begins from a template."""

    name = forms.CharField(max_length=120)
    audience = forms.ModelChoiceField(
        Audience.objects.none(), required=False, empty_label="Not chosen yet"
    )
    finding = forms.ModelChoiceField(
        Audience.objects.none(),
        required=False,
        empty_label="Not chosen yet",
        label="Based on finding",
    )
    is_bet = forms.BooleanField(required=False, label="It is a bet: no evidence yet that it works")
    message = forms.CharField(
        max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    proof_points = forms.ModelMultipleChoiceField(
        Audience.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    marketing_owner = forms.ModelChoiceField(
        Audience.objects.none(),
        required=False,
        empty_label="Unassigned",
        label="Marketing owner",
    )
    sales_owner = forms.ModelChoiceField(
        Audience.objects.none(), required=False, empty_label="Unassigned", label="Sales owner"
    )

    def __init__(self, *args: Any, workspace: Workspace, cycle: Cycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = members_of(workspace).filter(is_active=True)
        choices: dict[str, Any] = {
            "audience": Audience.objects.order_by("name"),
            "finding": findings_for(cycle),
            "proof_points": proof_points(None),
            "marketing_owner": members,
            "sales_owner": members,
        }
        for name, queryset in choices.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a bet that cites a finding."""
        cleaned = super().clean() or {}
        if cleaned.get("finding") and cleaned.get("is_bet"):
            self.add_error(
                "is_bet", "A program is based on a finding or marked as a bet, not both."
            )
        return cleaned
