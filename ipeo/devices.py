"""Whose a phone's kept pages and waiting outcomes are."""

from __future__ import annotations

import hashlib

from ipeo.models import User


def person_key(user: User) -> str:
    """Return what marks a person's things on a phone: the same for as long as the person is.

    It is no secret and opens nothing; it keeps one person's things from being taken for
    another's, also where databases are begun anew.
    """
    return hashlib.sha256(f"{user.pk} {user.date_joined.isoformat()}".encode()).hexdigest()[:16]
