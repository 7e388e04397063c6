"""The page that asks before something is done that cannot simply be undone."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import redirect, render

from ipeo.permissions import WorkspaceRequest


def confirm_page(
    request: WorkspaceRequest,
    act: Callable[[], str],
    *refusals: type[Exception],
    title: str,
    text: str,
    submit: str,
    eyebrow: str,
    back: str,
    tone: str = "",
) -> HttpResponse:
    """Ask, then act and go to the address that `act` returns.

    Any of the refusals is told on the page, which is then answered with status 422.
    """
    fault = ""
    if request.method == "POST":
        try:
            return redirect(act())
        except refusals as refusal:
            fault = str(refusal)
    context = {
        "title": title,
        "text": text,
        "submit": submit,
        "eyebrow": eyebrow,
        "back": back,
        "tone": tone,
        "fault": fault,
    }
    return render(request, "plan/confirm.html", context, status=422 if fault else 200)
