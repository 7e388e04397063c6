"""Errors as problem documents (RFC 9457): what is wrong, and where it was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    ValidationError,
)
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from ipeo.database.holding import RowGone

CONTENT_TYPE = "application/problem+json"


class Conflict(exceptions.APIException):
    """The request does not fit the state the thing is in."""

    status_code = 409
    default_detail = "This conflicts with the current state."
    default_code = "conflict"

    def __init__(self, detail: object = None, **members: Any) -> None:
        """Say what does not fit; `members` join the document, such as the row as it stands."""
        super().__init__(None if detail is None else str(detail))
        self.members = members


class BodyTooLarge(exceptions.APIException):
    """More was sent than one request may bring."""

    status_code = 413
    default_detail = "This is more than one request can carry. Send it in parts."
    default_code = "too_large"


class TooOften(Conflict):
    """More of one thing was asked for than one caller may; `wait` is in seconds."""

    status_code = 429

    def __init__(self, detail: object, *, wait: int) -> None:
        """Say what, and in how many seconds it may be asked again."""
        super().__init__(detail)
        # REST framework puts it into `Retry-After`.
        self.wait = wait


class PreconditionFailed(Conflict):
    """What `If-Match` names is not the version that stands."""

    status_code = 412


Answer = str | Callable[[Any], exceptions.APIException]


def at_its_field(refusal: Any) -> exceptions.ValidationError:
    """Return the problem of a refusal that names the field at fault itself, as `field`."""
    return exceptions.ValidationError({refusal.field: [str(refusal)]})


def answer_to(error: Exception, answers: Mapping[type[Exception], Answer]) -> Exception:
    """Return the problem by which an action's refusal is answered; other errors as they are.

    An answer is the name of the field at fault, or what makes the problem of the refusal, such
    as `Conflict`. A refusal without one is answered as the class that it inherits from.
    """
    for kind in type(error).__mro__:
        answer = answers.get(kind)
        if isinstance(answer, str):
            return exceptions.ValidationError({answer: [str(error)]})
        if answer is not None:
            return answer(error)
    return error


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception into a problem document; None for one that is a fault of ours."""
    if isinstance(error, ValidationError):
        detail = error.message_dict if hasattr(error, "error_dict") else error.messages
        error = exceptions.ValidationError(detail)
    elif isinstance(error, RequestDataTooBig):
        error = BodyTooLarge()
    elif isinstance(error, RowGone):
        error = exceptions.NotFound(str(error))
    response = exception_handler(error, context)
    if response is None:
        return None
    titles = {
        400: "Not valid",
        401: "Sign in",
        403: "Not allowed",
        404: "Not found",
        409: "Conflict",
        405: "Method not allowed",
        406: "Not acceptable",
        412: "Changed in the meantime",
        413: "Too large",
        415: "Media type not supported",
        429: "Too many requests",
    }
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": titles.get(response.status_code, "Refused"),
        "status": response.status_code,
    }
    if isinstance(error, exceptions.ValidationError):
        problem["detail"] = "Some of what you sent is not valid."
        problem["errors"] = response.data
    elif isinstance(error, (Http404, exceptions.NotFound)):
        problem["detail"] = str(getattr(error, "detail", "")) or "There is nothing at this address."
    elif isinstance(error, (PermissionDenied, exceptions.PermissionDenied)):
        problem["detail"] = (
            str(getattr(error, "detail", error)) or "Your role does not include this."
        )
    elif isinstance(error, exceptions.Throttled):
        problem["detail"] = (
            f"This is more than {settings.API_REQUESTS_A_MINUTE:,} requests a minute. "
            f"Ask again in {response['Retry-After']} s."
        )
    else:
        problem["detail"] = str(getattr(error, "detail", error))
    response.data = problem | getattr(error, "members", {})
    response.content_type = CONTENT_TYPE
    return response
