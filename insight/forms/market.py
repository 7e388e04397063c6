"""Rivals and the brand's story, as they are typed."""

from __future__ import annotations

from typing import Any

from django import forms

from insight.forms.keeping import OUT_OF_USE, begins_in_use
from insight.models import BrandStory, Competitor, CompetitorMove, ProofPoint
from ipeo.forms import DateInput


class CompetitorForm(forms.ModelForm[Competitor]):
    """A rival."""

    website = forms.URLField(required=False, assume_scheme="https")

    class Meta:
        model = Competitor
        fields = ("name", "website", "positioning", "is_active")
        labels = {"is_active": "Still a competitor"}
        help_texts = {"is_active": OUT_OF_USE}
        widgets = {"positioning": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        begins_in_use(self)


class MoveForm(forms.ModelForm[CompetitorMove]):
    """Something a rival did."""

    class Meta:
        model = CompetitorMove
        fields = ("kind", "description", "happened_on", "source")
        labels = {"description": "What they did", "happened_on": "When", "source": "Source"}
        widgets = {"happened_on": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [("", "Choose"), *CompetitorMove.Kind.choices]


class StoryForm(forms.ModelForm[BrandStory]):
    """The brand's story; `seen_version` is the one the writer started from."""

    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = BrandStory
        fields = ("title", "for_whom", "problem", "promise", "tone")
        labels = {"for_whom": "Audience", "problem": "Their problem", "promise": "Our promise"}
        help_texts = {
            "for_whom": "The people who have this problem, in one sentence.",
            "promise": "What they get that no discount can buy.",
            "tone": "How it sounds: plain, warm, expert.",
        }
        widgets = {
            name: forms.Textarea(attrs={"rows": 3}) for name in ("for_whom", "problem", "promise")
        }


class ProofPointForm(forms.ModelForm[ProofPoint]):
    """A reason to believe the promise."""

    class Meta:
        model = ProofPoint
        fields = ("statement", "evidence")
        labels = {"statement": "Proof point", "evidence": "Evidence"}
