"""What a person sends of a file: the file itself, and the answers to what it leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import QueryDict

from execute.actions.imports.files import TooLarge
from execute.models import Import
from execute.numerics.fields import FIELDS

NOT_SURE = ""


class FileForm(forms.Form):
    """A file, and what its rows are."""

    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        max_length=500,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls"}),
        error_messages={"required": "Choose a file first."},
    )
    kind = forms.ChoiceField(
        label="Row type",
        required=False,
        choices=[(NOT_SURE, "Detect automatically"), *Import.Kind.choices],
        widget=forms.RadioSelect,
        initial=NOT_SURE,
    )

    def clean_file(self) -> Any:
        """Refuse what is larger than this installation takes before it is read."""
        sent = self.cleaned_data["file"]
        if sent.size > settings.IMPORT_MAX_BYTES:
            raise forms.ValidationError(str(TooLarge(settings.IMPORT_MAX_BYTES)))
        return sent


def content_of(sent: Any) -> bytes | Path:
    """Return where an upload lies on disk, or the bytes of a small one, which lies nowhere."""
    if isinstance(sent, TemporaryUploadedFile):
        return Path(sent.temporary_file_path())
    data: bytes = sent.read()
    return data


@dataclass(frozen=True)
class Answers:
    """What a person chose on the page of a file."""

    kind: str
    mapping: dict[str, str]
    answers: dict[str, str]
    set_to: dict[str, str]


def read_answers(sent: QueryDict, brought: Import) -> Answers:
    """Return the choices that were sent; a column left as it was proposed is no choice."""
    kind = sent.get("kind", "")
    mapping: dict[str, str] = {}
    set_to: dict[str, str] = {}
    for field in FIELDS[brought.kind]:
        header = sent.get(f"map.{field.name}")
        if header is not None and header != sent.get(f"was.{field.name}", ""):
            mapping[field.name] = header
        fixed = sent.get(f"set.{field.name}", "").replace("\0", "").strip()[: field.limit]
        if fixed and not header:
            set_to[field.name] = fixed
    answers: dict[str, str] = {}
    for name, key in sent.items():
        if name.startswith("ask.") and isinstance(key, str):
            answer = sent.get(f"answer.{name.removeprefix('ask.')}")
            if answer is not None and "\0" not in f"{key}{answer}":
                answers[key[:300]] = answer[:300]
    answers.pop("set", None)
    return Answers(
        kind=kind if kind in Import.Kind.values else "",
        mapping=mapping,
        answers=answers,
        set_to=set_to,
    )
