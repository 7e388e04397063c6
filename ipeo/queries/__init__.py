"""Reads of the kernel."""

from ipeo.queries.members import find_workspace, membership_of, memberships_of, workspace_ids

__all__ = ["find_workspace", "membership_of", "memberships_of", "workspace_ids"]
