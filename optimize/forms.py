"""What people type on Optimize's pages."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, cast

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.dateparse import parse_datetime

from insight.models import Audience, Channel
from ipeo.models import Cycle
from ipeo.queries.kept import in_use
from ipeo.typed import PercentField
from optimize.models import AttributionModel, Decision, Experiment
from optimize.queries.side_by_side import COHORTS, GRAINS, KINDS
from optimize.queries.units import regions
from plan.models import Program

BREAKDOWNS = (
    ("channel", "Channel"),
    ("program", "Program"),
    ("campaign", "Campaign"),
    ("rep", "Rep"),
    ("product", "Product"),
    ("month", "Month"),
)


class ReportForm(forms.Form):
    """How to share figures out, and by which attribution model; the range is the page's."""

    model = forms.ChoiceField(
        label="Attribution model", choices=AttributionModel.choices, required=False
    )
    by = forms.ChoiceField(choices=BREAKDOWNS, required=False, widget=forms.HiddenInput())


class CompareForm(forms.Form):
    """What the models share out, over what, and which deals count; the range is the page's."""

    defaults: ClassVar = {"by": "channel", "kind": "margin", "cohort": "closed"}

    by = forms.ChoiceField(choices=GRAINS, required=False, widget=forms.HiddenInput())
    kind = forms.ChoiceField(choices=KINDS, required=False, widget=forms.HiddenInput())
    cohort = forms.ChoiceField(label="Which deals", choices=COHORTS, required=False)


def decision_field(choices: Any) -> forms.ChoiceField:
    """Return the field of a decision, none of which is chosen beforehand."""
    return forms.ChoiceField(
        label="Your decision",
        choices=choices,
        widget=forms.RadioSelect(),
        error_messages={"required": "Choose a decision."},
    )


def reason_field(needed: str) -> forms.CharField:
    """Return the field of a decision's reason; `needed` says when there must be one."""
    return forms.CharField(
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=needed,
    )


class DecideForm(forms.Form):
    """A decision on a recommendation; `seen` is when the decision on the screen was taken."""

    decision = decision_field(Decision.Choice.choices)
    reason = reason_field("Required to reject. The next cycle will see it.")
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    def clean_seen(self) -> datetime | None:
        """Return the time, None for none and for what is no time."""
        try:
            return parse_datetime(self.cleaned_data["seen"])
        except ValueError:
            return None


class ExperimentForm(forms.ModelForm[Experiment]):
    """A draft of an experiment: what is tried, on whom, and what it is to tell."""

    share = PercentField(
        label="Treated share",
        help_text="Share of units that get the treatment. Half gives the clearest result.",
    )
    smallest_lift = PercentField(
        label="Smallest lift worth detecting",
        help_text="A smaller lift would not change your decision.",
    )
    regions = forms.MultipleChoiceField(
        label="Treated regions",
        required=False,
        widget=forms.CheckboxSelectMultiple(),
        help_text="The other regions are the comparison.",
    )

    class Meta:
        model = Experiment
        fields = (
            "name", "treatment", "question", "unit", "metric", "audience", "regions", "share",
            "smallest_lift", "weeks", "program", "channel", "cycle",
        )  # fmt: skip
        labels = {
            "treatment": "Treatment",
            "question": "Question to answer",
            "unit": "Split by",
            "metric": "Metric",
            "weeks": "Length in weeks",
        }
        help_texts = {
            "treatment": "Everyone else continues as before.",
            "metric": "Counted per unit from the first day to the last.",
            "audience": "Only people in this audience are split. Leave empty for everyone.",
            "channel": "The result is used to calibrate this channel's response curve.",
            "cycle": "The cycle that records the result when it closes.",
        }
        widgets = {"question": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, tuple[Any, str]] = {
            "audience": (Audience.objects.order_by("name"), "Everyone"),
            "program": (Program.objects.order_by("name"), "No program"),
            "channel": (
                in_use(Channel.objects.order_by("name"), self.instance.channel_id),
                "The program's",
            ),
            "cycle": (
                Cycle.objects.filter(closed_at=None).select_related("campaign").order_by("-pk"),
                "No cycle",
            ),
        }
        for name, (rows, nothing) in choices.items():
            field = cast(Any, self.fields[name])
            field.queryset, field.empty_label = rows, nothing
        cast(Any, self.fields["regions"]).choices = [(name, name) for name in regions()]
        for name in ("share", "smallest_lift"):
            held = self.initial.get(name)
            if isinstance(held, float):
                self.initial[name] = Decimal(str(round(held, 4)))
        for name in ("unit", "metric"):
            field = cast(Any, self.fields[name])
            field.choices = [choice for choice in field.choices if choice[0]]
        weeks = cast(Any, self.fields["weeks"])
        weeks.min_value, weeks.max_value = 1, 104
        weeks.validators += [MinValueValidator(1), MaxValueValidator(104)]
        weeks.widget.attrs |= {"min": 1, "max": 104}

    def clean_name(self) -> str:
        """Refuse a name that another experiment has."""
        name: str = self.cleaned_data["name"]
        if Experiment.objects.exclude(pk=self.instance.pk).filter(name=name).exists():
            raise forms.ValidationError(f"There is already an experiment called “{name}”.")
        return name

    def clean_share(self) -> float:
        """Refuse a share that leaves an arm empty."""
        share = float(self.cleaned_data["share"])
        if not 0.05 <= share <= 0.95:
            raise forms.ValidationError("Each arm needs at least 5% of the units.")
        return share

    def clean_smallest_lift(self) -> float:
        """Refuse no lift at all."""
        lift = float(self.cleaned_data["smallest_lift"])
        if not 0.001 <= lift <= 10:
            raise forms.ValidationError("Enter a lift, such as 10%.")
        return lift

    def clean(self) -> dict[str, Any]:
        """Ask for the treated regions where regions are split."""
        cleaned = super().clean() or {}
        if cleaned.get("unit") == Experiment.Unit.REGION and not cleaned.get("regions"):
            self.add_error("regions", "Choose the treated regions.")
        return cleaned


class ExperimentListForm(forms.Form):
    """A list that says who is in which arm."""

    file = forms.FileField(
        label="List", help_text="CSV with the columns unit and arm (treated or control)."
    )


class ExperimentFilterForm(forms.Form):
    """Which experiments to show."""

    state = forms.ChoiceField(
        choices=[("", "All"), *Experiment.State.choices], required=False, label="State"
    )


class StopForm(forms.Form):
    """The decision with which an experiment is stopped."""

    decision = decision_field(Experiment.Decision.choices)
    reason = reason_field("Required if the test did not show what you decide.")
