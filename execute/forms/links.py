"""Tracked links and naming rules, as they are typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from execute.models import TrackedLink
from execute.numerics.naming import PARAMETERS, SEPARATORS, Fault, Rules, mend
from execute.queries.links import naming_rules, proposals
from insight.models import Audience, Channel
from ipeo.queries.kept import in_use
from ipeo.queries.named import row_named
from plan.models import Program

UTM = tuple(f"utm_{name}" for name in PARAMETERS)
LABELS = {
    "source": "Source",
    "medium": "Medium",
    "campaign": "Campaign",
    "content": "Content",
    "term": "Term",
}
HELP = {
    "source": "Where the click comes from: a site, a list, a partner.",
    "medium": "How: email, cpc, event.",
    "campaign": "What it belongs to.",
    "content": "Which of several: a button, a picture.",
    "term": "The search term that was paid for.",
}


_MARKS = {"-": "Hyphen", "_": "Underscore", ".": "Full stop"}


class LinkForm(forms.ModelForm[TrackedLink]):
    """A tracked link with its UTM parameters."""

    class Meta:
        model = TrackedLink
        fields = ("name", "target", "program", "channel", *UTM)
        labels = {"target": "Destination", **{f"utm_{name}": LABELS[name] for name in PARAMETERS}}
        help_texts = {
            "name": "A name you will recognize.",
            **{f"utm_{name}": HELP[name] for name in PARAMETERS},
        }
        widgets = {
            "target": forms.URLInput(attrs={"placeholder": "https://", "maxlength": 8000}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = naming_rules()
        self._offer(
            "program", Program.objects.select_related("channel").order_by("name"), "No program"
        )
        channels = in_use(Channel.objects.order_by("name"), self.instance.channel_id)
        self._offer("channel", channels, "Use the program's")
        self.fields["channel"].required = False
        for name in PARAMETERS:
            field = self.fields[f"utm_{name}"]
            # The action says what is missing, with the value that would do.
            field.widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}
            field.help_text = _help(name, self.rules)
            if name in self.rules.required:
                field.label = f"{LABELS[name]} (required)"

    def _offer(self, name: str, queryset: Any, empty: str) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset, field.empty_label = queryset, empty

    def clean(self) -> dict[str, Any]:
        """Take the program's channel where none is chosen."""
        cleaned = super().clean() or {}
        if cleaned.get("channel") is None and (program := cleaned.get("program")):
            cleaned["channel"] = program.channel
        if cleaned.get("channel") is None and "channel" not in self.errors:
            self.add_error("channel", "Choose a channel, or a program that has one.")
        return cleaned

    def refuse(self, faults: list[Fault]) -> None:
        """Say beside each parameter which rule it breaks."""
        for fault in faults:
            would = f" “{fault.mended}” would work." if fault.mended else ""
            self.add_error(f"utm_{fault.parameter}", f"{fault.message}{would}")


def _help(name: str, rules: Rules) -> str:
    allowed = rules.allowed.get(name)
    return f"One of: {', '.join(allowed)}." if allowed else HELP[name]


def typed_parameters(typed: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters as they stand in a form being filled in."""
    return {name: typed.get(f"utm_{name}", "").strip() for name in PARAMETERS}


def chosen(typed: Mapping[str, str]) -> tuple[Program | None, Channel | None]:
    """Return the program and the channel chosen in a form being filled in.

    A program brings its channel where none is chosen.
    """
    program = row_named(Program.objects.select_related("channel"), typed.get("program", ""))
    channel = row_named(Channel.objects.all(), typed.get("channel", ""))
    return program, channel or (program.channel if program else None)


def aided(typed: Mapping[str, str], *, mended: bool) -> dict[str, Any]:
    """Return a form's values with what is empty filled from program and channel.

    With `mended`, what breaks a naming rule gives way to the value that keeps it.
    """
    program, channel = chosen(typed)
    rules = naming_rules()
    values: dict[str, Any] = {name: typed.get(name, "") for name in LinkForm.Meta.fields}
    for name, value in proposals(program=program, channel=channel).items():
        if not values[f"utm_{name}"].strip():
            values[f"utm_{name}"] = value
    if mended:
        for name in PARAMETERS:
            value = values[f"utm_{name}"].strip()
            values[f"utm_{name}"] = (mend(name, value, rules) or value) if value else value
    return values


class LinkFilterForm(forms.Form):
    """What the list of links is narrowed by."""

    words = forms.CharField(label="Name, target or code", required=False)
    program = forms.ModelChoiceField(
        Program.objects.order_by("name"), required=False, empty_label="All"
    )
    channel = forms.ModelChoiceField(
        Channel.objects.order_by("name"), required=False, empty_label="All"
    )
    state = forms.ChoiceField(
        choices=(("", "Active"), ("retired", "Retired")), required=False, label="Which"
    )


class PersonalLinksForm(forms.Form):
    """The audience for whom personal links are written."""

    audience = forms.ModelChoiceField(Audience.objects.order_by("name"), empty_label="Choose")


class NamingRulesForm(forms.Form):
    """How the workspace writes its parameters."""

    lower_case = forms.BooleanField(required=False, label="Lowercase letters only")
    separator = forms.ChoiceField(
        label="Separator between words",
        choices=[(mark, f"{mark}  {_MARKS[mark]}") for mark in SEPARATORS],
    )
    required = forms.MultipleChoiceField(
        label="Required on every link",
        required=False,
        choices=[(name, LABELS[name]) for name in PARAMETERS],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in PARAMETERS:
            self.fields[f"allowed_{name}"] = forms.CharField(
                label=f"{LABELS[name]}: allowed values",
                required=False,
                max_length=20_000,
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text="One per line. Leave empty to allow any value.",
            )

    @staticmethod
    def standing(rules: Rules) -> dict[str, Any]:
        """Return the form's values for the rules that hold."""
        return {
            "lower_case": rules.lower_case,
            "separator": rules.separator,
            "required": list(rules.required),
            **{f"allowed_{name}": "\n".join(rules.allowed.get(name, ())) for name in PARAMETERS},
        }

    def wish(self) -> dict[str, Any]:
        """Return what was typed, as the action takes it."""
        typed = self.cleaned_data
        return {
            "lower_case": typed["lower_case"],
            "separator": typed["separator"],
            "required": typed["required"],
            "allowed": {name: typed[f"allowed_{name}"].splitlines() for name in PARAMETERS},
        }
