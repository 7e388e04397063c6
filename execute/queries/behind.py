"""Deals narrowed to those behind a figure, as later stages know them.

The list of deals can be asked for the deals behind a figure of the measurement. What a figure
rests on is known further on, so that stage registers how such a wish is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q


class NoSuchFigure(ValueError):
    """The wish names nothing that deals stand behind."""


@dataclass(frozen=True)
class Behind:
    """The condition that a deal stands behind a figure, and what to call these deals."""

    condition: Q
    words: str


Reader = Callable[[str], Behind]
_readers: list[Reader] = []


def register_reader(reader: Reader) -> None:
    """Say how a wish is read; it raises `NoSuchFigure` for one that means nothing."""
    _readers[:] = [reader]


def behind(wish: str) -> Behind:
    """Return the deals behind a figure; raises `NoSuchFigure`."""
    if not _readers:
        raise NoSuchFigure("No figure is measured here.")
    return _readers[0](wish)
