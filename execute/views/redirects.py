"""The public address of a tracked link."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from execute.actions.clicks import LinkRetired, NoSuchLink, follow_link
from execute.numerics.robots import is_robot


@require_safe
def follow(request: HttpRequest, code: str, person: str = "") -> HttpResponse:
    """Lead whoever clicked to the link's stored target; nothing of the request decides where."""
    robot = is_robot(request.method or "", request.headers)
    try:
        destination = follow_link(code=code, person=person, is_robot=robot)
    except NoSuchLink:
        return _nowhere(request, 404)
    except LinkRetired:
        return _nowhere(request, 410)
    return _guarded(HttpResponse(status=302, headers={"Location": destination}))


def _nowhere(request: HttpRequest, status: int) -> HttpResponse:
    retired = status == 410
    return _guarded(
        render(request, "execute/link_nowhere.html", {"retired": retired}, status=status)
    )


def _guarded(response: HttpResponse) -> HttpResponse:
    """Let no cache keep it, no search engine list it, and no site see more than where from."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "strict-origin-when-cross-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


follow.public = True  # type: ignore[attr-defined]
