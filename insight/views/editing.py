"""The page on which one thing is written or changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from insight.actions.keeping import StillNamed, remove_kept
from insight.models import Channel, Competitor, Product
from ipeo.permissions import WorkspaceRequest
from ipeo.queries.kept import named_by
from ipeo.views.refusals import refused_as_message, refused_in_form


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


def edit_kept(
    request: WorkspaceRequest,
    *,
    row: Product | Channel | Competitor,
    form: forms.ModelForm[Any],
    listed: str,
    context: dict[str, Any],
    **page: Any,
) -> HttpResponse:
    """Show or save the form of a product, channel or rival, or remove it where nothing names it.

    `listed` is the address of its list; `page` is what `edit_page` takes.
    """
    if "remove" in request.POST and row.pk is not None:
        with refused_as_message(request, StillNamed):
            name = str(row)
            remove_kept(row=row)
            messages.success(request, f"{name} is deleted.")
            return redirect(listed)
        return redirect(request.path)
    if row.pk is not None and not named_by(row):
        context["removable"] = str(row)
    return edit_page(request, form=form, context=context, **page)
