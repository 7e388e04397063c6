"""Writes that may be sent twice and happen once: the `Idempotency-Key` header."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import transaction
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from ipeo.actions.once import KeyUsedOtherwise, claim_key, keep_answer
from ipeo.api.problems import Conflict
from ipeo.models import IdempotencyRecord

HEADER = "Idempotency-Key"
MOST_LETTERS = 200


class IdempotentWrites:
    """A view's write with the header is done once; its repetition gets the first answer.

    The record and the write stand in one transaction: where the write fails, the key is free
    again; where two arrive at once, the second waits for the first. Raises `Conflict` where the
    same key comes with another request.
    """

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Do the request inside one transaction where the header is given."""
        if request.method in SAFE_METHODS or not request.headers.get(HEADER):
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        with transaction.atomic():
            response = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
            if response.status_code >= 400:
                transaction.set_rollback(True)
            return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Claim the key after the caller is known and allowed."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        key = request.headers.get(HEADER, "")
        self._record: IdempotencyRecord | None = None
        if request.method in SAFE_METHODS or not key:
            return
        if len(key) > MOST_LETTERS:
            raise ValidationError({HEADER: [f"A key can have at most {MOST_LETTERS} characters."]})
        if "\0" in key:
            raise ValidationError({HEADER: ["A key cannot contain null characters."]})
        try:
            record, is_first = claim_key(key=key, digest=_digest(request))
        except KeyUsedOtherwise:
            raise Conflict(f"This {HEADER} was already used for another request.") from None
        if not is_first:
            raise _Replay(record)
        self._record = record

    def handle_exception(self, error: Exception) -> Response:
        """Answer a repetition with the first answer."""
        if isinstance(error, _Replay):
            record = error.record
            return Response(
                record.response, status=record.status, headers={"Idempotent-Replayed": "true"}
            )
        return super().handle_exception(error)  # type: ignore[misc,no-any-return]

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Keep the answer for a repetition."""
        final: Response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        record = getattr(self, "_record", None)
        if record is not None and final.status_code < 400:
            if not final.is_rendered:
                final.render()
            answer = json.loads(final.content or b"null")
            keep_answer(record=record, status=final.status_code, response=answer)
        return final


def _digest(request: Request) -> str:
    """Return a hash of who asks for what, uploaded files included."""
    caller = request._request.membership.pk  # type: ignore[attr-defined]
    asked = f"{caller} {request.method} {request.get_full_path()}\n"
    digest = hashlib.sha256(asked.encode())
    if request.content_type.startswith("multipart/"):
        for name, values in sorted(request._request.POST.lists()):
            digest.update(f"{name}={values}\n".encode())
        for name, files in sorted(request._request.FILES.lists()):
            for file in files:
                digest.update(f"{name}:{file.name}\n".encode())
                for chunk in file.chunks():
                    digest.update(chunk)
                file.seek(0)
    else:
        digest.update(request._request.body)
    return digest.hexdigest()


class _Replay(Exception):
    def __init__(self, record: IdempotencyRecord) -> None:
        super().__init__(record.key)
        self.record = record
