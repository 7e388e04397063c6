"""Addresses that links lead to: which are taken, and how parameters are added to one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote_plus, urlencode, urlsplit, urlunsplit

LONGEST = 8_000
SCHEMES = ("http", "https")
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\\]")
_KEPT = "!#$%&'()*+,/:;=?@[]~"


class BadTarget(Exception):
    """An address that no link may lead to."""


def clean_target(text: str) -> str:
    """Return an address as browsers take it, in ASCII; raises `BadTarget`.

    Only absolute http and https addresses of a named host, without a password, are taken.
    """
    typed = text.strip()
    if not typed:
        raise BadTarget("Enter the URL the link opens.")
    if _CONTROL.search(typed):
        raise BadTarget("An address cannot contain spaces, line breaks or backslashes.")
    try:
        parts = urlsplit(typed)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadTarget("This is not a valid URL.") from None
    if parts.scheme.lower() not in SCHEMES:
        raise BadTarget("The URL must start with https:// or http://.")
    if not host or parts.username is not None or parts.password is not None:
        raise BadTarget("The address must name a site, without a user name or password.")
    try:
        name = host if ":" in host else host.encode("idna").decode()
    except UnicodeError:
        raise BadTarget(f"“{host}” is not the name of a site.") from None
    if not re.fullmatch(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+", name):
        raise BadTarget(f"“{host}” is not the name of a site.")
    place = f"[{name}]" if ":" in name else name
    cleaned = urlunsplit(
        (
            parts.scheme.lower(),
            place if port is None else f"{place}:{port}",
            quote(parts.path, safe=_KEPT),
            quote(parts.query, safe=_KEPT),
            quote(parts.fragment, safe=_KEPT),
        )
    )
    if len(cleaned) > LONGEST:
        raise BadTarget(
            f"A URL can have at most {LONGEST:,} characters; this has {len(cleaned):,}."
        )
    return cleaned


def with_parameters(target: str, parameters: Mapping[str, str]) -> str:
    """Return an address with parameters added to its query, before its fragment.

    What the query holds already stays as it is, but for a parameter that is given anew; empty
    parameters are left out.
    """
    given = {name: value for name, value in parameters.items() if value}
    parts = urlsplit(target)
    kept = [
        piece
        for piece in parts.query.split("&")
        if piece and unquote_plus(piece.partition("=")[0]) not in given
    ]
    query = "&".join([*kept, urlencode(given)] if given else kept)
    return urlunsplit(parts._replace(query=query))
