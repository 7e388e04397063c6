"""Files that brought facts: what was understood, what was asked, what was refused."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from ipeo.models import Membership, Run, TenantModel


class Import(TenantModel):
    """One file, its mapping and its counts: the audit of the rows it brought."""

    class Kind(models.TextChoices):
        PRODUCTS = "products", "Products"
        ACCOUNTS = "accounts", "Accounts"
        CONTACTS = "contacts", "Contacts and leads"
        DEALS = "deals", "Deals"
        TOUCHES = "touches", "Touches"
        EXPENSES = "expenses", "Expenses"
        STAGE_HISTORY = "stage_history", "Stage history of deals"

    class Origin(models.TextChoices):
        FILE = "file", "A file"
        API = "api", "The API"

    class State(models.TextChoices):
        PREVIEW = "preview", "Needs review"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"

    kind = models.CharField(max_length=13, choices=Kind)
    origin = models.CharField(max_length=4, choices=Origin, default=Origin.FILE)
    state = models.CharField(max_length=7, choices=State, default=State.PREVIEW)
    file_name = models.CharField(max_length=250)
    file_digest = models.CharField(max_length=64)
    file = models.FileField(upload_to="imports/%Y/%m/", max_length=300, blank=True)
    saved_mapping = models.ForeignKey(
        "ImportMapping", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    mapping = models.JSONField(default=dict, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    doubts = models.JSONField(default=list, blank=True)
    notes = models.JSONField(default=list, blank=True)
    rows = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    stored = models.PositiveIntegerField(
        default=0,
        help_text="How many of its rows are dealt with: a lost worker's successor goes on.",
    )
    run = models.ForeignKey(Run, models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    undo_run = models.ForeignKey(Run, models.SET_NULL, null=True, blank=True, related_name="+")
    undo_by = models.ForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone = models.JSONField(
        default=dict, blank=True, help_text="Rows removed, restored and kept, with the reasons."
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-created_at"], name="import_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} from {self.file_name}"


class ImportRefusal(TenantModel):
    """A row of a file that was not taken, and why."""

    source = models.ForeignKey(Import, models.CASCADE, related_name="refusals")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=120, blank=True)
    value = models.TextField(blank=True)
    reason = models.CharField(max_length=300)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "source", "line"], name="importrefusal_by_line"),
        ]

    def __str__(self) -> str:
        return f"Line {self.line}: {self.reason}"
