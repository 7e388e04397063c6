"""Programs and scenarios as people type them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict

from insight.models import Audience, Channel, ProofPoint
from ipeo.forms import DateInput
from ipeo.merging import Merge, merged, merged_choice, versioned
from ipeo.models import Campaign, Cycle, Workspace
from ipeo.queries.kept import in_use
from ipeo.queries.members import members_of
from ipeo.typed import MoneyField, PercentField, percent_text
from plan.actions.programs import flight_fault
from plan.models import Program, ProgramPlan, Scenario
from plan.queries.scenarios import findings_for, proof_points, unplanned_programs


class ScenarioChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A scenario of the campaign, named with its cycle."""

    def label_from_instance(self, obj: Scenario) -> str:
        """Return the scenario's name and its cycle's number."""
        return f"{obj.name} (cycle {obj.cycle.number})"


class ScenarioForm(forms.Form):
    """A new scenario, empty or begun from another."""

    name = forms.CharField(
        max_length=80, help_text="What it stands for, such as “prove the payback”."
    )
    start_from = ScenarioChoice(
        Scenario.objects.none(), required=False, label="Start from", empty_label="An empty plan"
    )

    def __init__(self, *args: Any, cycle: Cycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["start_from"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = (
            Scenario.objects.filter(cycle__campaign=cycle.campaign_id)
            .select_related("cycle")
            .order_by("-cycle__number", "pk")
        )


class LimitForm(forms.Form):
    """A scenario's name, and the money there is to spend."""

    name = forms.CharField(max_length=80)
    budget = MoneyField(
        required=False,
        max_length=30,
        label="Budget limit",
        help_text="The plan then shows how much is left. Leave empty for no limit.",
    )
    columns = ("name", "budget")

    def __init__(self, *args: Any, instance: Scenario, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(instance, name) for name in self.columns}
        super().__init__(*args, **kwargs)
        self.instance = instance
        versioned(self)


class NoteForm(forms.Form):
    """A word to go with a decision."""

    note = forms.CharField(
        max_length=1000,
        required=False,
        label="Note to the planner",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ApproveForm(NoteForm):
    """A manager's yes to a scenario, as it was proposed when they saw it."""

    proposed_at = forms.DateTimeField(required=False, widget=forms.HiddenInput())


class ApprovePriceForm(NoteForm):
    """A manager's yes to a price-led offer, at the discount that they saw."""

    discount = forms.DecimalField(required=False, widget=forms.HiddenInput())


class ProgramForm(forms.ModelForm[Program]):
    """A program: its name, its channel and what it offers."""

    discount = PercentField(
        required=False,
        max_length=12,
        label="Discount on list price",
        help_text="For price-led offers, such as 8%.",
    )

    class Meta:
        model = Program
        fields = ("name", "campaign", "channel", "offer", "discount")
        widgets = {"offer": forms.RadioSelect}
        labels = {"offer": "Offer"}

    def __init__(self, *args: Any, campaign: Campaign | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None or not self.instance.is_price_led:
            self.initial["discount"] = None
        channels = Channel.objects.order_by("is_sales", "name")
        self.fields["channel"].queryset = in_use(channels, self.instance.channel_id)  # type: ignore[attr-defined]
        self.fields["channel"].empty_label = "Choose a channel"  # type: ignore[attr-defined]
        self.fields["campaign"].empty_label = "Choose a campaign"  # type: ignore[attr-defined]
        self.fields["offer"].choices = Program.Offer.choices  # type: ignore[attr-defined]
        if campaign is not None:
            self.instance.campaign = campaign
        if campaign is not None or self.instance.pk is not None:
            # A program stays with its campaign: its past belongs there.
            del self.fields["campaign"]
        versioned(self)

    def clean(self) -> dict[str, Any]:
        """Ask a price-led offer for its discount; another offer has none."""
        cleaned = super().clean() or {}
        if cleaned.get("offer") != Program.Offer.PRICE:
            cleaned["discount"] = Decimal(0)
            self.errors.pop("discount", None)
        elif "discount" in cleaned:
            discount = cleaned["discount"]
            if not discount:
                self.add_error("discount", "A price-led offer needs a discount. Enter how much.")
            elif discount >= 1:
                self.add_error("discount", f"{percent_text(discount)} off gives the product away.")
        return cleaned

    def merged(self, data: QueryDict) -> Merge:
        """Put what was typed together with this form's row as stored.

        A discount counts on a price-led offer only: on another there is none to choose or keep.
        """
        found = merged(data, self, ("name", "channel", "offer", "discount"))
        chosen = found.data.get("offer") == Program.Offer.PRICE
        if chosen or any(one.name == "offer" for one in found.conflicts):
            return found
        conflicts = [one for one in found.conflicts if one.name != "discount"]
        label = str(self["discount"].label)
        return replace(
            found, conflicts=conflicts, taken=[one for one in found.taken if one != label]
        )


class ProgramPlanForm(forms.ModelForm[ProgramPlan]):
    """What a scenario intends with a program."""

    is_bet = forms.BooleanField(required=False, label="It is a bet: no evidence yet that it works")
    proof_points = forms.ModelMultipleChoiceField(
        ProofPoint.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="From the brand story. The message builds on them.",
    )

    class Meta:
        model = ProgramPlan
        fields = (
            "audience",
            "message",
            "starts_on",
            "ends_on",
            "marketing_owner",
            "sales_owner",
            "finding",
            "is_bet",
        )
        widgets = {
            "starts_on": DateInput(),
            "ends_on": DateInput(),
            "message": forms.Textarea(attrs={"rows": 2}),
        }
        labels = {
            "starts_on": "Flight starts",
            "ends_on": "Flight ends",
            "finding": "Based on finding",
            "marketing_owner": "Marketing owner",
            "sales_owner": "Sales owner",
        }

    def __init__(self, *args: Any, workspace: Workspace, cycle: Cycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle = cycle
        members = members_of(workspace).filter(is_active=True)
        choices: dict[str, Any] = {
            "audience": Audience.objects.order_by("name"),
            "finding": findings_for(cycle, self.instance.finding_id),
            "proof_points": proof_points(self.instance if self.instance.pk else None),
            "marketing_owner": members,
            "sales_owner": members,
        }
        for name, queryset in choices.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]
        for name in ("audience", "finding"):
            self.fields[name].empty_label = "Not chosen yet"  # type: ignore[attr-defined]
        for name in ("marketing_owner", "sales_owner"):
            self.fields[name].empty_label = "Unassigned"  # type: ignore[attr-defined]
        if self.instance.pk is not None:
            self.initial["proof_points"] = list(
                self.instance.proof_points.values_list("pk", flat=True)
            )
        versioned(self)

    def merged(self, data: QueryDict) -> Merge:
        """Put what was typed together with this form's row as stored."""
        points = merged_choice(data, "proof_points", self.initial["proof_points"])
        return merged(points, self, self.Meta.fields)

    def clean(self) -> dict[str, Any]:
        """Refuse a flight outside the cycle, and a bet that cites a finding."""
        cleaned = super().clean() or {}
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        fault = flight_fault(starts_on, ends_on, self.cycle.starts_on, self.cycle.ends_on)
        if fault:
            early = starts_on and not self.cycle.starts_on <= starts_on <= self.cycle.ends_on
            self.add_error("starts_on" if early else "ends_on", fault)
        if cleaned.get("finding") and cleaned.get("is_bet"):
            self.add_error(
                "is_bet", "A program is based on a finding or marked as a bet, not both."
            )
        return cleaned


class FlightForm(forms.Form):
    """A flight's first and last day."""

    starts_on = forms.DateField(widget=DateInput())
    ends_on = forms.DateField(widget=DateInput())

    @property
    def fault(self) -> str:
        """What is wrong, in a sentence: there is no room for it at the fields."""
        if self.non_field_errors():
            return str(self.non_field_errors()[0])
        return "a flight has a first and a last day." if self.errors else ""


class CommentForm(forms.Form):
    """What is said about a scenario."""

    text = forms.CharField(required=False)


class AddProgramForm(forms.Form):
    """A program of the campaign that the scenario does not have yet."""

    program = forms.ModelChoiceField(Program.objects.none(), empty_label="Choose a program")

    def __init__(self, *args: Any, scenario: Scenario, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["program"].queryset = unplanned_programs(scenario)  # type: ignore[attr-defined]
