"""Companies and people who buy or might, and the audiences drawn from them."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from ipeo.models import Membership, TenantModel


class Account(TenantModel):
    """A company that buys or might."""

    name = models.CharField(max_length=250)
    industry = models.CharField(max_length=120, blank=True)
    region = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=120, blank=True)
    employees = models.PositiveIntegerField(null=True, blank=True)
    annual_revenue = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    website = models.CharField(max_length=250, blank=True)
    parent_name = models.CharField(max_length=250, blank=True)
    owner = models.ForeignKey(Membership, models.SET_NULL, null=True, blank=True, related_name="+")
    attributes = models.JSONField(default=dict, blank=True)
    import_key = models.CharField(max_length=250, null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "import_key"], name="account_import_key_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index("workspace", models.functions.Lower("name"), name="account_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(TenantModel):
    """A person at an account, or a lead without one yet."""

    class Consent(models.TextChoices):
        UNKNOWN = "unknown", "Not known"
        GIVEN = "given", "Given"
        REFUSED = "refused", "Refused"

    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=120, blank=True)
    account = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="contacts"
    )
    source = models.CharField(max_length=120, blank=True, help_text="Where the lead came from.")
    lead_date = models.DateField(null=True, blank=True, help_text="The first contact.")
    consent = models.CharField(max_length=8, choices=Consent, default=Consent.UNKNOWN)
    owner = models.ForeignKey(Membership, models.SET_NULL, null=True, blank=True, related_name="+")
    attributes = models.JSONField(default=dict, blank=True)
    import_key = models.CharField(max_length=250, null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "import_key"], name="contact_import_key_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index("workspace", models.functions.Lower("email"), name="contact_by_email"),
            models.Index("workspace", models.functions.Lower("name"), name="contact_by_name"),
            models.Index(fields=["workspace", "account"], name="contact_by_account"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.import_key or "Nameless contact"


class Audience(TenantModel):
    """People described by a rule over accounts and contacts, counted afresh when asked."""

    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True)
    rule = models.JSONField(default=dict)
    size = models.PositiveIntegerField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="audience_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
