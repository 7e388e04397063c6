"""A launch without what it needs: why."""

from __future__ import annotations

from django import forms


class LaunchForm(forms.Form):
    """The reason of a manager who launches before everything is approved."""

    override_reason = forms.CharField(
        required=False,
        max_length=2000,
        label="Reason to launch anyway",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="The reason is saved and shown with the launch.",
    )
