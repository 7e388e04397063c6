"""Kept files, sent to those who may have them."""

from __future__ import annotations

from django.http import FileResponse, Http404

from execute.models import MaterialVersion


def sent(version: MaterialVersion) -> FileResponse:
    """Return a version's file to be saved, never to be run or shown inside our pages.

    Raises `Http404` for a version without a file, or whose file is gone from the disk.
    """
    if not version.file:
        raise Http404
    try:
        kept = version.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        kept,
        as_attachment=True,
        filename=version.file_name,
        content_type=version.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
