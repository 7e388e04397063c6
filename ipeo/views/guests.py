"""Pages that anybody with a link may open: how often, and what is kept of them elsewhere."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ipeo.limits import seconds_to_wait


def held_back(
    request: HttpRequest, what: str, template: str, **context: object
) -> HttpResponse | None:
    """Return the page that asks for patience where one address asks more often than people do.

    `what` names what is asked for; None where there is nothing to wait for.
    """
    name = f"{what}:{get_adapter().get_client_ip(request)}"
    wait = seconds_to_wait(name, settings.PUBLIC_REQUESTS_A_MINUTE)
    if not wait:
        return None
    response = unlisted(render(request, template, context, status=429))
    response["Retry-After"] = str(wait)
    return response


def unlisted(response: HttpResponse) -> HttpResponse:
    """Let no cache keep it, no search engine list it, and no other site learn its address."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
