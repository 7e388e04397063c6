"""Rivals, and what they do."""

from __future__ import annotations

from insight.models import Competitor, CompetitorMove
from ipeo.database.uniqueness import unless_taken


class CompetitorNameTaken(Exception):
    """Another rival of the workspace has this name."""


def save_competitor(*, competitor: Competitor) -> Competitor:
    """Save a rival; raises `CompetitorNameTaken`."""
    with unless_taken(
        CompetitorNameTaken(f"There is already a competitor called “{competitor.name}”.")
    ):
        competitor.save()
    return competitor


def save_move(*, move: CompetitorMove) -> CompetitorMove:
    """Save something a rival did."""
    move.save()
    return move


def delete_move(*, move: CompetitorMove) -> None:
    """Remove a rival's move that was noted by mistake; the audit keeps what it said."""
    move.delete()
