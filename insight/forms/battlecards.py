"""A battlecard as it is typed: lists are written one line each."""

from __future__ import annotations

from typing import Any

from django import forms

from insight.models import Battlecard


class BattlecardForm(forms.Form):
    """What a rival claims, what we answer, what proves it, and what to ask."""

    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput())
    their_claim = forms.CharField(
        max_length=2000, label="What they claim", widget=forms.Textarea(attrs={"rows": 3})
    )
    our_answer = forms.CharField(
        max_length=2000, label="What we answer", widget=forms.Textarea(attrs={"rows": 3})
    )
    proofs = forms.CharField(
        max_length=4000,
        required=False,
        label="What proves it",
        help_text="One per line. The brand story's proof points are next to this form.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    traps = forms.CharField(
        max_length=4000,
        required=False,
        label="Traps to set",
        help_text="Questions that help the buyer find their weak spot, one per line.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, card: Battlecard | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen_version"] = card.version if card else 0
        if card is not None:
            self.initial["their_claim"] = card.their_claim
            self.initial["our_answer"] = card.our_answer
            self.initial["proofs"] = "\n".join(card.proofs)
            self.initial["traps"] = "\n".join(card.traps)

    def words(self) -> dict[str, Any]:
        """Return what `save_card` takes."""
        typed = dict(self.cleaned_data)
        return typed | {name: typed[name].splitlines() for name in ("proofs", "traps")}
