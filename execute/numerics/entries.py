"""Columns such as 'Date entered "Proposal"': when each deal came into which stage, side by side."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

HEADER = re.compile(r"(?:date|time) entered[\s:]+[\"“”„'«]?(.+?)[\"“”'»]?", re.IGNORECASE)
PIPELINE = re.compile(r"\s*\([^()]*pipeline[^()]*\)\s*$", re.IGNORECASE)
MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?\s?(?:Z|[+-]\d{2}:?\d{2})?)?"
)


def stage_entered(header: str) -> str | None:
    """Return the stage whose entry a column dates; None for any other column."""
    found = HEADER.fullmatch(header.strip())
    return found[1].strip() if found else None


def without_pipeline(stage: str) -> str:
    """Return a stage's name without the pipeline that it ends with in brackets."""
    return PIPELINE.sub("", stage) or stage


def moment(text: str | None, zone: tzinfo) -> datetime | None:
    """Return the moment of a text that can be read in one way alone (ISO 8601), or None."""
    plain = (text or "").strip()
    if not MOMENT.fullmatch(plain):
        return None
    try:
        found = datetime.fromisoformat(plain.replace(" Z", "Z").replace(" +", "+"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)
