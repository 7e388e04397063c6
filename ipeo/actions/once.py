"""A write that may be sent twice and happens once, for what is no part of the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction

from ipeo.models import IdempotencyRecord


class KeyUsedOtherwise(Exception):
    """The key came with another request before."""


def do_once(
    *, key: str, digest: str, write: Callable[[], tuple[int, dict[str, Any]]]
) -> tuple[int, dict[str, Any]]:
    """Do a write under a key, or return the answer that it had before; both are status and JSON.

    The record and the write stand in one transaction: where the answer is a refusal (400 or
    more), nothing is kept and the key is free again; where two arrive at once, the second waits
    for the first. `digest` is the hash of what is asked. Raises `KeyUsedOtherwise`.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                record = IdempotencyRecord.objects.create(key=key, request_digest=digest)
        except IntegrityError:
            earlier = IdempotencyRecord.objects.get(key=key)
            if earlier.request_digest != digest:
                raise KeyUsedOtherwise(
                    "This was sent before, and it said something else."
                ) from None
            return earlier.status, earlier.response
        status, answer = write()
        if status >= 400:
            transaction.set_rollback(True)
        else:
            record.status, record.response = status, answer
            record.save(update_fields=["status", "response"])
        return status, answer
