"""People, workspaces and who does what in which."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Save and return a user; without a password nobody can sign in as them."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Save and return a user who may open the administration."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email


class Role(models.TextChoices):
    """What a member may do; the table is `ipeo.permissions`."""

    OWNER = "owner", "Owner"
    MANAGER = "manager", "Manager"
    MARKETER = "marketer", "Marketer"
    SALES_REP = "sales_rep", "Sales rep"
    VIEWER = "viewer", "Viewer"


def validate_time_zone(name: str) -> None:
    """Raise `ValidationError` for a name that is no time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValidationError(
            f"“{name}” is not a time zone. Enter one such as Europe/Paris."
        ) from None


class Workspace(models.Model):
    """One brand, whose rows no other workspace sees."""

    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(max_length=120)
    currency = models.CharField(
        max_length=3,
        default="USD",
        validators=[
            RegexValidator(r"^[A-Z]{3}$", "Enter a three-letter currency code, such as USD.")
        ],
    )
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    fiscal_year_start = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
        help_text="The first month of the fiscal year.",
    )
    lookback_days = models.PositiveIntegerField(
        default=365,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="How many days before a deal closed its touches still count.",
    )
    half_life_days = models.PositiveIntegerField(
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="Days after which a touch counts half, for time decay.",
    )
    discount_threshold = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.05"),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
        help_text="A deal discounted beyond this share of list counts as won on price.",
    )
    four_eyes = models.BooleanField(
        default=False,
        help_text="No one can approve their own plan, discount or material.",
    )
    handoff_hours = models.PositiveIntegerField(
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(720)],
        help_text="Hours within which sales should contact a buyer handed over by marketing.",
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(fiscal_year_start__range=(1, 12)),
                name="workspace_fiscal_year_start_is_a_month",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the workspace's periods begin and end."""
        return ZoneInfo(self.time_zone)


class Membership(models.Model):
    """A person in a workspace with a role.

    A rep whom a file names and who has no account yet is a membership without a user: a
    placeholder, which a member can later claim with all its deals.
    """

    workspace = models.ForeignKey(
        Workspace, models.CASCADE, related_name="memberships", db_index=False
    )
    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=Role)
    name = models.CharField(max_length=120, blank=True)
    source_name = models.CharField(
        max_length=200, blank=True, help_text="The name files use for this person."
    )
    is_active = models.BooleanField(default=True)
    wants_digest = models.BooleanField(
        default=True, help_text="Gets the weekly digest by email, if the role includes it."
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "user"], name="membership_once_per_user"),
            models.UniqueConstraint(
                fields=["workspace", "source_name"],
                condition=~models.Q(source_name=""),
                name="membership_once_per_source_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name or (str(self.user) if self.user else self.source_name)

    @property
    def is_placeholder(self) -> bool:
        """Whether nobody can sign in as this member yet."""
        return self.user_id is None
