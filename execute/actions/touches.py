"""A touch is written down by hand or by another program, one at a time."""

from __future__ import annotations

from django.db import transaction

from execute.models import Touch
from execute.numerics.values import TOUCH_KINDS


class NobodyTouched(Exception):
    """A touch is of a person or of an account."""


@transaction.atomic
def record_touch(*, touch: Touch) -> Touch:
    """Save a touch: its account is its contact's, and its level follows from its kind.

    Raises `NobodyTouched`.
    """
    if touch.contact is None and touch.account is None:
        raise NobodyTouched("Choose the contact or account that was touched.")
    if touch.contact is not None and touch.contact.account_id is not None:
        touch.account = touch.contact.account
    touch.level = Touch.Level(TOUCH_KINDS[touch.kind])
    touch.save()
    return touch
