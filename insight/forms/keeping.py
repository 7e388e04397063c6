"""What the forms of products, channels and rivals have in common."""

from __future__ import annotations

from typing import Any

from django import forms

OUT_OF_USE = "If unchecked, it is no longer offered. Existing records keep it."


def begins_in_use(form: forms.ModelForm[Any]) -> None:
    """Ask whether it is still in use only of what there is already."""
    if form.instance.pk is None:
        del form.fields["is_active"]
