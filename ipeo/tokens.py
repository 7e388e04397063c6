"""How a token's secret is kept, and what its scopes let it do.

A scope is `AREA:read` or `AREA:write`. An area is what stands before the dot of a permission,
`*` is every area, and whoever may write may read.
"""

import hashlib
from collections.abc import Iterable

from ipeo.permissions import PERMISSIONS

EVERYTHING = "*"
READ, WRITE = "read", "write"
AREAS = tuple(dict.fromkeys(name.partition(".")[0] for name in PERMISSIONS))
SCOPES = tuple(f"{area}:{verb}" for area in (EVERYTHING, *AREAS) for verb in (READ, WRITE))


LABELS = {
    EVERYTHING: "everything",
    "workspace": "workspace and background work",
    "cycle": "passing gates",
}


def digest_of(secret: str) -> str:
    """Return the hash under which a token is stored and found."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_allows(scopes: Iterable[str], permission: str, *, reading: bool) -> bool:
    """Return whether a token's scopes hold a permission, to read or to write."""
    area = permission.partition(".")[0]
    enough = {f"{place}:{WRITE}" for place in (EVERYTHING, area)}
    if reading:
        enough |= {f"{place}:{READ}" for place in (EVERYTHING, area)}
    return not enough.isdisjoint(scopes)


def area_label(area: str) -> str:
    """Return what people call an area."""
    return LABELS.get(area, area)


def in_words(scopes: Iterable[str]) -> str:
    """Return what a token may do, as a sentence's end."""
    held: dict[str, str] = {}
    for scope in scopes:
        area, _, verb = scope.partition(":")
        held[area] = WRITE if WRITE in {verb, held.get(area)} else READ
    parts = []
    for verb, start in ((READ, "Read"), (WRITE, "Read and write")):
        areas = [area_label(area) for area, most in held.items() if most == verb]
        if areas:
            parts.append(f"{start} {', '.join(areas)}")
    return "; ".join(parts) or "Nothing"
