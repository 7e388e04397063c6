"""What is answered where we failed, or must ask for patience."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from redis.exceptions import ConnectionError as CacheAway
from redis.exceptions import TimeoutError as CacheSlow

from ipeo.api.problems import CONTENT_TYPE
from ipeo.limits import A_MINUTE

RETRY_SECONDS = 10
# A server beneath us that is away, starts, or does not answer: nothing that the code did wrong.
AWAY = (OperationalError, InterfaceError, CacheAway, CacheSlow)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer a request that raised: 503 while a server beneath us is away, 500 for a fault.

    Django calls this as its handler of errors, while the exception is being handled. Nothing
    is asked of the database here, nor of the session.
    """
    is_away = isinstance(sys.exc_info()[1], AWAY)
    status = 503 if is_away else 500
    response: HttpResponse
    if request.path_info.startswith("/api/"):
        title = "Not available" if is_away else "Server error"
        detail = (
            "The database or the cache is not responding. Nothing was changed. Try again shortly."
            if is_away
            else "The error was logged. Everything saved before it is safe."
        )
        document = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        response = JsonResponse(document, status=status, content_type=CONTENT_TYPE)
    else:
        response = HttpResponse(render_to_string(f"{status}.html"), status=status)
    if is_away:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def too_often(request: HttpRequest) -> HttpResponse:
    """Ask an address for patience that signs in more often than people do."""
    response = HttpResponse(render_to_string("429.html"), status=429)
    response.headers["Retry-After"] = str(A_MINUTE)
    return response
