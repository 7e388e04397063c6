"""Findings as people read them."""

from __future__ import annotations

from django import template
from django.utils import timezone

from insight.models import Finding
from insight.queries import findings

register = template.Library()


@register.filter
def expiry(finding: Finding) -> str:
    """Print until when a finding holds: `expires in 3 weeks`, `expired 2 Mar 2026`."""
    return findings.expiry(finding)


@register.filter
def is_expired(finding: Finding) -> bool:
    """Return whether a finding no longer holds."""
    return finding.expires_on is not None and finding.expires_on < timezone.localdate()
