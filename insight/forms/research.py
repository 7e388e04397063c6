"""Studies, their waves and answers, as they are typed."""

from __future__ import annotations

import secrets
from itertools import pairwise
from typing import Any

from django import forms
from django.utils import timezone

from insight import registry
from insight.actions.research import MOST_PER_LINK, MOST_STEPS
from insight.models import MindsetWave, Product, Study, StudyForm
from insight.queries.answers import OUTCOMES, PRICES, driver_key, questions_of, read_price
from ipeo.forms import DateInput
from ipeo.queries.kept import in_use
from ipeo.tables import Table
from ipeo.tenancy import current_workspace

MOST_BYTES = 20 * 2**20
LIKELY = [
    ("5", "Very likely"),
    ("4", "Likely"),
    ("3", "Neither likely nor unlikely"),
    ("2", "Unlikely"),
    ("1", "Very unlikely"),
]


class StudyEditForm(forms.ModelForm[Study]):
    """A study or a note; tags are written with commas between."""

    tags = forms.CharField(
        max_length=500, required=False, help_text="Separate with commas: price, desks, hospitals."
    )
    ladder = forms.CharField(
        max_length=300,
        required=False,
        label="Prices asked",
        help_text="Price steps, separated by commas: 40, 60, 80.",
    )

    class Meta:
        model = Study
        fields = ("kind", "title", "body", "source", "held_on", "product", "tags")
        labels = {
            "body": "What it says",
            "source": "Done by",
            "held_on": "When",
            "product": "About the product",
        }
        widgets = {
            "body": forms.Textarea(attrs={"rows": 8}),
            "held_on": DateInput(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["held_on"] = self.initial.get("held_on") or timezone.localdate()
        self.initial["tags"] = ", ".join(self.instance.tags)
        product = self.fields["product"]
        assert isinstance(product, forms.ModelChoiceField)
        product.queryset = in_use(Product.objects.order_by("name"), self.instance.product_id)
        product.empty_label = "No product"
        if self.instance.pk is not None:
            # Its answers were read as its kind reads them.
            del self.fields["kind"]
            steps = self.instance.settings.get("prices", [])
            self.initial["ladder"] = ", ".join(f"{step:g}" for step in steps)
            if self.instance.kind != Study.Kind.LADDER:
                del self.fields["ladder"]

    def clean_tags(self) -> list[str]:
        """Return the tags one by one."""
        return str(self.cleaned_data["tags"]).split(",")

    def clean_ladder(self) -> list[float]:
        """Return the steps in rising order."""
        try:
            steps = [read_price(part) for part in self.cleaned_data["ladder"].split(",")]
        except ValueError:
            raise forms.ValidationError(
                "Enter prices separated by commas, such as 40, 60."
            ) from None
        if len(steps) > MOST_STEPS:
            raise forms.ValidationError(f"A ladder can have up to {MOST_STEPS} prices.")
        return sorted({step for step in steps if step})

    def clean(self) -> dict[str, Any]:
        """Keep the ladder among the study's settings."""
        cleaned = super().clean() or {}
        if "ladder" in cleaned:
            self.instance.settings = {"prices": cleaned["ladder"]}
        return cleaned


class LibraryForm(forms.Form):
    """Narrows the library."""

    q = forms.CharField(required=False, label="Search", max_length=200)
    kind = forms.ChoiceField(choices=[("", "All kinds"), *Study.Kind.choices], required=False)
    tag = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput())


class WaveForm(forms.ModelForm[MindsetWave]):
    """A wave whose counts somebody else made."""

    class Meta:
        model = MindsetWave
        fields = ("name", "held_on", "asked", "aware", "considering", "preferring")
        labels = {
            "name": "Wave",
            "held_on": "When",
            "asked": "People asked",
            "aware": "Know the brand",
            "considering": "Consider it",
            "preferring": "Prefer it",
        }
        widgets = {"held_on": DateInput()}


class AnswersFileForm(forms.Form):
    """A file of answers, and for a tracking study the wave they belong to."""

    file = forms.FileField(label="A CSV or Excel file, one row for each person")
    wave = forms.CharField(max_length=80, label="Wave", help_text="Such as Spring 2026.")
    held_on = forms.DateField(label="Date asked", widget=DateInput())

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("held_on", timezone.localdate())
        if study.kind != Study.Kind.BRAND:
            del self.fields["wave"]
            del self.fields["held_on"]

    def clean_file(self) -> Any:
        """Refuse a file past what a survey weighs."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 20 MB. Send fewer columns.")
        return file


class ColumnsForm(forms.Form):
    """Which column of a file answers which question."""

    def __init__(
        self, *args: Any, study: Study, table: Table, guess: dict[str, int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.table = table
        columns = [(str(place), header[:120]) for place, header in enumerate(table.headers)]
        for question in questions_of(study.kind):
            empty = "Choose a column" if question.required else "Not in the file"
            field = forms.ChoiceField(
                choices=[("", empty), *columns],
                label=question.label,
                required=question.required,
                error_messages={"required": "Choose the column for this question."},
            )
            if question.key in guess:
                field.initial = str(guess[question.key])
            self.fields[question.key] = field

    def clean(self) -> dict[str, Any]:
        """Refuse one column as the answer to two questions."""
        cleaned = super().clean() or {}
        used: dict[str, str] = {}
        for key, place in cleaned.items():
            if place and place in used:
                self.add_error(key, "This column is already used for another question.")
            used[place] = key
        return cleaned

    def columns(self) -> dict[str, list[Any]]:
        """Return each question's cells."""
        return {
            key: self.table.columns[int(place)]
            for key, place in self.cleaned_data.items()
            if place != ""
        }


class _WaveField(forms.ModelChoiceField[MindsetWave]):
    def label_from_instance(self, obj: MindsetWave) -> str:
        return obj.name


class LinkForm(forms.Form):
    """A link that asks for answers."""

    most = forms.IntegerField(
        min_value=1,
        max_value=MOST_PER_LINK,
        initial=1,
        label="Maximum answers",
        help_text="Use 1 for a link to one person, more for a link you share.",
    )
    days = forms.IntegerField(min_value=1, max_value=365, initial=30, label="Days valid")
    wave = _WaveField(MindsetWave.objects.none(), label="Wave")

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wave = self.fields["wave"]
        assert isinstance(wave, forms.ModelChoiceField)
        if study.kind == Study.Kind.BRAND:
            wave.queryset = MindsetWave.objects.filter(study=study).order_by("-held_on")
        else:
            del self.fields["wave"]


class AskedForm(forms.Form):
    """What a study asks of somebody who knows nothing of the workspace."""

    def __init__(self, *args: Any, asked: StudyForm, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        study = asked.study
        it = study.product.name if study.product else "the product"
        getattr(self, f"_{study.kind}")(study, it)
        # What is pressed twice is sent with the same word, and kept once.
        self.fields["once"] = forms.CharField(
            max_length=64,
            required=False,
            initial=lambda: secrets.token_urlsafe(16),
            widget=forms.HiddenInput(),
        )

    def _price(self, study: Study, it: str) -> None:
        sign = current_workspace().currency
        for key, question in (
            ("too_cheap", f"At what price is {it} so cheap that you would doubt its quality?"),
            ("bargain", f"At what price is {it} a bargain?"),
            ("expensive", f"At what price does {it} get expensive, so that you would think twice?"),
            ("too_expensive", f"At what price is {it} too expensive to consider?"),
        ):
            self.fields[key] = forms.DecimalField(
                min_value=0,
                max_value=10**9,
                decimal_places=2,
                label=question,
                help_text=f"In {sign}.",
                widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
            )
        for key, label in (
            ("likely_bargain", "At the price you called a bargain, would you buy?"),
            ("likely_expensive", "At the price that gets expensive, would you buy?"),
        ):
            self.fields[key] = forms.ChoiceField(
                choices=LIKELY, label=label, required=False, widget=forms.RadioSelect()
            )

    def _ladder(self, study: Study, it: str) -> None:
        steps = [*study.settings.get("prices", [])]
        sign = current_workspace().currency
        if steps:
            self.fields["most"] = forms.ChoiceField(
                choices=[
                    *((f"{step:g}", f"{step:,g} {sign}") for step in sorted(steps)),
                    ("0", "At none of these"),
                ],
                label=f"What is the highest price at which you would buy {it}?",
                widget=forms.RadioSelect(),
            )
        else:
            self.fields["most"] = forms.DecimalField(
                min_value=0,
                max_value=10**9,
                label=f"What is the highest price at which you would buy {it}?",
                help_text=f"In {sign}.",
            )

    def _brand(self, study: Study, it: str) -> None:
        name = current_workspace().name
        for key, label in (
            ("aware", f"Do you know {name}?"),
            ("considering", f"Would you consider {name} for your next purchase?"),
            ("preferring", f"Would {name} be your first choice?"),
        ):
            self.fields[key] = forms.ChoiceField(
                choices=[("yes", "Yes"), ("no", "No")],
                label=label,
                widget=forms.RadioSelect(),
                error_messages={"required": "Choose yes or no."},
            )

    def _interviews(self, study: Study, it: str) -> None:
        self.fields["outcome"] = forms.ChoiceField(
            choices=[
                ("won", "We bought"),
                ("lost", "We bought elsewhere"),
                ("no_decision", "We bought nothing"),
            ],
            label="How did you decide?",
            widget=forms.RadioSelect(),
        )
        names = registry.drivers()
        if names:
            self.fields["drivers"] = forms.MultipleChoiceField(
                choices=[(driver_key(name), name) for name in names],
                label="What decided it?",
                widget=forms.CheckboxSelectMultiple(),
                error_messages={"required": "Choose what decided it."},
            )
        else:
            self.fields["drivers"] = forms.CharField(label="What decided it?", max_length=300)
        self.fields["rival"] = forms.CharField(
            label="Who else did you consider?", max_length=120, required=False
        )
        self.fields["words"] = forms.CharField(
            label="In your own words",
            max_length=2000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 4}),
        )

    def clean(self) -> dict[str, Any]:
        """Refuse prices that do not rise, in the field where they stop rising."""
        cleaned = super().clean() or {}
        prices = [(key, cleaned[key]) for key in PRICES if cleaned.get(key) is not None]
        for (_, low), (key, high) in pairwise(prices if len(prices) == len(PRICES) else []):
            if high <= low:
                self.add_error(key, "This price should be above the one before it.")
                break
        return cleaned


class InterviewForm(AskedForm):
    """An interview, coded by whoever held it."""

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        super().__init__(*args, asked=StudyForm(study=study), **kwargs)
        self.fields["outcome"] = forms.ChoiceField(
            choices=list(OUTCOMES.items()), label="How it ended", widget=forms.RadioSelect()
        )
        self.fields["rival"].label = "Competitor"
        self.fields["words"].label = "In their words"
        self.fields["account"] = forms.CharField(max_length=200, required=False)
        del self.fields["once"]
