"""Pages that anybody with a link may open: how often, and what is kept of them elsewhere."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError

A_MINUTE, MOST_IN_A_MINUTE = 60, 30


def asks_too_often(request: HttpRequest, what: str) -> bool:
    """Whether one address asks for a page more often than people do.

    `what` names the page. Nobody is kept out for want of Redis.
    """
    name = f"{what}:{get_adapter().get_client_ip(request)}"
    try:
        cache.add(name, 0, A_MINUTE)
        return int(cache.incr(name)) > MOST_IN_A_MINUTE
    except (RedisError, ValueError, OSError):
        return False


def unlisted(response: HttpResponse) -> HttpResponse:
    """Let no cache keep it, no search engine list it, and no other site learn its address."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
