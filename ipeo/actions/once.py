"""A write that may be sent twice and happens once: each has a key, which keeps its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction

from ipeo.models import IdempotencyRecord


class KeyUsedOtherwise(Exception):
    """The key came with another request before."""


def claim_key(*, key: str, digest: str) -> tuple[IdempotencyRecord, bool]:
    """Return a key's record, and whether this write is the first under it.

    Call it inside the transaction of the write: where that fails, the key is free again, and a
    second write under it waits for the first. `digest` is the hash of what is asked. Raises
    `KeyUsedOtherwise`.
    """
    try:
        with transaction.atomic():
            return IdempotencyRecord.objects.create(key=key, request_digest=digest), True
    except IntegrityError:
        earlier = IdempotencyRecord.objects.get(key=key)
    if earlier.request_digest != digest:
        raise KeyUsedOtherwise("This was already sent with different content.")
    return earlier, False


def keep_answer(*, record: IdempotencyRecord, status: int, response: Any) -> None:
    """Keep the answer to a write, for its repetition."""
    record.status, record.response = status, response
    record.save(update_fields=["status", "response"])


def do_once(
    *, key: str, digest: str, write: Callable[[], tuple[int, dict[str, Any]]]
) -> tuple[int, dict[str, Any]]:
    """Do a write under a key, or return the answer that it had before; both are status and JSON.

    Where the answer is a refusal (400 or more), nothing is kept and the key is free again.
    Raises `KeyUsedOtherwise`.
    """
    with transaction.atomic():
        record, is_first = claim_key(key=key, digest=digest)
        if not is_first:
            # It was committed with its answer, or not at all.
            assert record.status is not None
            assert record.response is not None
            return record.status, record.response
        status, answer = write()
        if status >= 400:
            transaction.set_rollback(True)
        else:
            keep_answer(record=record, status=status, response=answer)
        return status, answer
