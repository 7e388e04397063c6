"""What the product's mails have in common: signed links to one row, and names that stay."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.db.models import Model

from ipeo import tenancy
from ipeo.models import Workspace


class NoSuchLink(Exception):
    """A link's token was not signed here, or its workspace is gone."""


def site() -> str:
    """Return what links in mails begin with."""
    address: str = settings.SITE_URL
    return address.rstrip("/")


def message_id(name: str) -> str:
    """Return the header by which a mail that is delivered twice is one mail to its reader."""
    return f"<{name}@{urlsplit(site()).hostname or 'localhost'}>"


def token_of(row: Model, *, salt: str) -> str:
    """Return what the link to a workspace's row carries: it says which, and is signed.

    `salt` names what the link is for: it is good for nothing else.
    """
    return signing.dumps([row.workspace_id, row.pk], salt=salt)  # type: ignore[attr-defined]


def read_token(token: str, *, salt: str) -> tuple[Workspace, int]:
    """Return the workspace of a link, and the row's id in it; raises `NoSuchLink`."""
    try:
        workspace_id, pk = signing.loads(token, salt=salt)
    except (signing.BadSignature, ValueError, TypeError):
        raise NoSuchLink from None
    with tenancy.system():
        workspace = Workspace.objects.filter(pk=workspace_id).first()
    if workspace is None:
        raise NoSuchLink
    return workspace, pk
