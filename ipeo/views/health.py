"""Whether the product can serve: asked by the supervisor and by containers."""

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 where the database answers, and 503 where it does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        text = "The database is not responding."
        return HttpResponse(text, status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


healthz.public = True  # type: ignore[attr-defined]
