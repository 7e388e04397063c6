"""What a link in a mail proves of the address that the mail was sent to."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.account.utils import filter_users_by_email
from django.http import HttpRequest, HttpResponse

from ipeo.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Takes an address for confirmed that a link opened in the same session has proven.

    Only together with the password: whoever registered somebody else's address beforehand has
    no such session, and whoever has the link has no such password.
    """

    def pre_login(self, request: HttpRequest, user: User, **about: Any) -> HttpResponse | None:
        """Confirm the address of somebody who gave the right password, before it is asked about."""
        refused: HttpResponse | None = super().pre_login(request, user, **about)
        if refused is None and self.is_email_verified(request, user.email):
            confirm_address(user=user, email=user.email)
        return refused


def confirm_address(*, user: User, email: str) -> None:
    """Save that an address of a person's is confirmed; not where it is another's who was first."""
    theirs = EmailAddress.objects.filter(user=user)
    address, _ = theirs.get_or_create(
        user=user,
        email=email.lower(),
        defaults={"primary": not theirs.filter(primary=True).exists()},
    )
    address.set_verified()


def is_theirs(*, user: User, email: str) -> bool:
    """Return whether an address is the one of a person's account, or a confirmed further one."""
    further = EmailAddress.objects.filter(user=user, email=email, verified=True)
    return user.email.lower() == email or further.exists()


def has_account(email: str) -> bool:
    """Return whether an account signs in with this address."""
    return bool(filter_users_by_email(email))
