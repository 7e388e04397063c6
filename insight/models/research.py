"""Studies and notes, what people answered in them, and the links by which they are asked."""

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from insight.models.catalog import Product
from ipeo.models import Membership, TenantModel


def _searched() -> Any:
    """What search reads: the words, the tags, and first of all whose they are.

    An index of words cannot begin with the workspace; a word that names the workspace, which
    every search asks for too, does the same for it.
    """
    whose = Concat(Value("workspace"), Cast(F("workspace"), TextField()), output_field=TextField())
    return (
        SearchVector("title", weight="A", config="english")
        + SearchVector("tags", weight="B", config="english")
        + SearchVector("source", weight="C", config="english")
        + SearchVector("body", weight="D", config="english")
        + SearchVector(whose, config="simple")
    )


class Study(TenantModel):
    """A note, or a study with answers of its own kind."""

    class Kind(models.TextChoices):
        NOTE = "note", "Note"
        PRICE = "price", "Price sensitivity"
        LADDER = "ladder", "Price acceptance"
        BRAND = "brand", "Brand tracking"
        INTERVIEWS = "interviews", "Win and loss interviews"

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.NOTE)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    source = models.CharField(max_length=200, blank=True)
    tags = models.JSONField(default=list, blank=True)
    held_on = models.DateField(default=timezone.localdate)
    product = models.ForeignKey(Product, models.SET_NULL, null=True, blank=True, related_name="+")
    settings = models.JSONField(
        default=dict, blank=True, help_text="Of a price study, its currency and what it asks."
    )
    created_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    search = models.GeneratedField(
        expression=_searched(), output_field=SearchVectorField(), db_persist=True
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-held_on", "-id"], name="study_by_date"),
            GinIndex(fields=["search"], name="study_by_words"),
        ]

    def __str__(self) -> str:
        return self.title


class MindsetWave(TenantModel):
    """One wave of a brand tracking study: how many know, consider and prefer the brand."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="waves")
    name = models.CharField(max_length=80)
    held_on = models.DateField()
    asked = models.PositiveIntegerField(default=0)
    aware = models.PositiveIntegerField(default=0)
    considering = models.PositiveIntegerField(default=0)
    preferring = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "study", "name"], name="mindsetwave_name_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    aware__lte=F("asked"), considering__lte=F("asked"), preferring__lte=F("asked")
                ),
                name="mindsetwave_shares_of_asked",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-held_on"], name="mindsetwave_by_date"),
        ]

    def __str__(self) -> str:
        return f"{self.study}: {self.name}"


class StudyForm(TenantModel):
    """A link that asks for answers without a sign-in. Only the hash of its secret is kept."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="forms")
    wave = models.ForeignKey(
        MindsetWave, models.CASCADE, null=True, blank=True, related_name="forms"
    )
    digest = models.CharField(max_length=64, unique=True)
    most = models.PositiveIntegerField(default=1, help_text="How many answers it takes.")
    answered = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(answered__lte=F("most")), name="studyform_within_its_most"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "study", "-id"], name="studyform_by_study"),
        ]

    def __str__(self) -> str:
        return f"A link to {self.study}"


class StudyAnswer(TenantModel):
    """What one person answered, as the study's kind reads it."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="answers")
    wave = models.ForeignKey(
        MindsetWave, models.CASCADE, null=True, blank=True, related_name="answers"
    )
    form = models.ForeignKey(StudyForm, models.SET_NULL, null=True, blank=True, related_name="+")
    given = models.JSONField(default=dict)
    batch = models.CharField(max_length=64, blank=True, help_text="The file it came with.")
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "study", "id"], name="studyanswer_by_study"),
        ]

    def __str__(self) -> str:
        return f"An answer to {self.study}"
