"""The page on which one thing is written or changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from ipeo.permissions import WorkspaceRequest
from ipeo.views.refusals import refused_in_form


def edit_page(
    request: WorkspaceRequest,
    *,
    form: forms.ModelForm[Any],
    save: Callable[[Any], Any],
    then: Callable[[Any], str],
    context: dict[str, Any],
    refusals: Mapping[type[Exception], str] | None = None,
    template: str = "insight/edit.html",
) -> HttpResponse:
    """Show a form, or save what it holds and go on to `then(saved)`.

    `refusals` maps the exceptions that `save` raises to the field where each is told.
    """
    if request.method == "POST" and form.is_valid():
        with refused_in_form(form, refusals or {}):
            saved = save(form.instance)
            messages.success(request, f"{saved} is saved.")
            return redirect(then(saved))
    status = 422 if form.is_bound else 200
    return render(request, template, {"form": form, **context}, status=status)
