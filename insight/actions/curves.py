"""Response curves are recorded by whoever fitted them; one of each channel is current."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction

from insight.models import ResponseCurve

KEPT = 20
"""How many fits of a channel keep their draws; older ones keep their figures alone."""


def record_curves(*, curves: Sequence[ResponseCurve]) -> list[ResponseCurve]:
    """Save the curves of one fit and make them current; those before become history.

    A channel that the fit did not look at has no current curve afterwards: what is current was
    fitted together. Safe to do twice with the same `fit_key`.
    """
    keys = {curve.fit_key for curve in curves} or {uuid.uuid4()}
    if len(keys) > 1:
        raise ValueError("the curves of one fit share its key")
    with transaction.atomic():
        ResponseCurve.objects.filter(fit_key=keys.pop()).delete()
        ResponseCurve.objects.filter(is_current=True).update(is_current=False)
        for curve in curves:
            curve.is_current = True
        made = ResponseCurve.objects.bulk_create(list(curves))
        _forget_old_draws()
    return made


def _forget_old_draws() -> None:
    fits = (
        ResponseCurve.objects.exclude(draws=[])
        .order_by("-fitted_at")
        .values_list("fit_key", "fitted_at")
        .distinct()
    )
    old = [key for key, _ in fits[KEPT:]]
    if old:
        ResponseCurve.objects.filter(fit_key__in=old).update(draws=[])
