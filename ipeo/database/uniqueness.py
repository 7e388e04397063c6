"""What the database lets stand once only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

UNIQUE_VIOLATION = "23505"


def is_taken(error: IntegrityError) -> bool:
    """Return whether a write failed because another row holds the same unique key."""
    return getattr(error.__cause__, "pgcode", None) == UNIQUE_VIOLATION


@contextmanager
def unless_taken(refusal: Exception) -> Iterator[None]:
    """Write inside a savepoint; raise the refusal where another row holds the same unique key.

    The database is asked, and not before the write: of two who write at once one is refused.
    Any other fault is raised as it is.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if is_taken(error):
            raise refusal from None
        raise
