"""Materials and their versions, as they are typed and uploaded."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from execute.models import DealStage, Material, Outcome
from execute.numerics.filetypes import TYPES
from insight.models import ProofPoint
from ipeo.queries.kept import in_use
from plan.models import Program


class _ContentForm(forms.Form):
    """A link, a file, or neither."""

    upload = forms.FileField(
        required=False,
        label="File",
        widget=forms.FileInput(attrs={"accept": ",".join(TYPES)}),
        help_text="A document, slides, a spreadsheet, an image or a video.",
    )
    url = forms.URLField(
        required=False,
        label="Or a link",
        max_length=500,
        assume_scheme="https",
        help_text="Not needed for a physical item, such as a demo kit.",
    )

    def clean_url(self) -> str:
        """Refuse what a browser would not open as a page."""
        url: str = self.cleaned_data["url"]
        if url and not url.lower().startswith(("https://", "http://")):
            raise forms.ValidationError("Enter a link that starts with https://.")
        return url

    def content(self) -> dict[str, Any]:
        """Return what the actions take."""
        upload: UploadedFile[Any] | None = self.cleaned_data.get("upload")
        return {"url": self.cleaned_data["url"], "upload": upload}


class MaterialForm(forms.ModelForm[Material]):
    """Something that helps sales to win, and where it does."""

    class Meta:
        model = Material
        fields = ("name", "description", "program", "stage", "proof_point")
        labels = {
            "description": "Purpose",
            "stage": "Deal stage",
            "proof_point": "Proof point",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        points = ProofPoint.objects.filter(story__is_current=True)
        if self.instance.proof_point_id:
            points = points | ProofPoint.objects.filter(pk=self.instance.proof_point_id)
        stages = in_use(DealStage.objects.filter(outcome=Outcome.OPEN), self.instance.stage_id)
        for name, rows, empty in (
            ("program", Program.objects.order_by("name"), "Any program"),
            ("stage", stages.order_by("position", "pk"), "Any stage"),
            ("proof_point", points.order_by("position", "pk"), "No proof point"),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset, field.empty_label = rows, empty


class NewMaterialForm(_ContentForm, MaterialForm):
    """A material with its first version."""

    field_order = ("name", "description", "upload", "url", "program", "stage", "proof_point")


class VersionForm(_ContentForm):
    """Another version of a material."""

    change_note = forms.CharField(
        max_length=300, label="What changed", help_text="The approver sees this."
    )


class SendBackForm(forms.Form):
    """Why a version is not given to sales."""

    reason = forms.CharField(
        max_length=500,
        label="What should change?",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
