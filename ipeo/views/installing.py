"""What makes the product an app on a phone: its manifest, its service worker, its last resort."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse

WORKER = ("js/offline-outbox.js", "js/offline-worker.js")
SHELL = (
    "css/tokens.css",
    "css/base.css",
    "css/layout.css",
    "css/components.css",
    "css/sheet.css",
    "css/charts.css",
    "css/execute.css",
    "js/theme.js",
    "js/forms.js",
    "js/dialogs.js",
    "js/palette.js",
    "js/charts.js",
    "js/outcome.js",
    "js/offline-outbox.js",
    "js/offline.js",
    "js/offline-outcome.js",
    "django_htmx/htmx-2.min.js",
    "img/favicon.svg",
    "img/icons.svg",
    "img/wordmark.svg",
    "img/app-icon-192.png",
)


def manifest(request: HttpRequest) -> HttpResponse:
    """Tell a phone how the product installs."""
    icons = [
        {"src": static(f"img/app-icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    answer = {
        "id": "/",
        "name": "IPEO",
        "short_name": "IPEO",
        "description": "Plan programs, log outcomes, see what worked.",
        "start_url": reverse("ipeo:start"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbfbfa",
        "theme_color": "#fbfbfa",
        "icons": [*icons, {**icons[1], "purpose": "maskable"}],
    }
    return JsonResponse(answer, content_type="application/manifest+json")


def service_worker(request: HttpRequest) -> HttpResponse:
    """Give the service worker, with the addresses of the files that it keeps.

    Served from the root, because a worker answers for what lies beneath its own address.
    """
    given = {
        "version": (_version if settings.DEBUG else _kept_version)(),
        "shell": [static(path) for path in SHELL],
        "nowhere": reverse("ipeo:no_network"),
        "start": reverse("ipeo:start"),
        "leaving": reverse("account_logout"),
        "statics": settings.STATIC_URL,
    }
    scripts = ", ".join(json.dumps(static(path)) for path in WORKER)
    text = f"self.given = {json.dumps(given)};\nimportScripts({scripts});\n"
    return HttpResponse(text, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


def no_network(request: HttpRequest) -> HttpResponse:
    """Say that a page is not kept on this phone: nobody's data, so it may be kept by anybody."""
    return render(request, "ipeo/no_network.html")


def _version() -> str:
    """Return a hash of the files a phone keeps: it changes when any of them does."""
    digest = hashlib.sha256()
    for path in (*SHELL, *WORKER):
        found = finders.find(path)
        digest.update(f"{static(path)}\n".encode())
        if isinstance(found, str):
            with open(found, "rb") as file:
                digest.update(file.read())
    return digest.hexdigest()[:16]


_kept_version = lru_cache(maxsize=1)(_version)

for _view in (manifest, service_worker, no_network):
    _view.public = True  # type: ignore[attr-defined]
