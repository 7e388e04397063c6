"""A dossier as printed pages: HTML with a stylesheet of its own, printed to PDF.

WeasyPrint prints where its system libraries are, else a Chromium; else it is said what to
install.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from ipeo.exports.dossier import Dossier
from ipeo.exports.drawing import svg_of

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SECONDS = 60
MISSING = (
    "No PDF can be printed on this server yet: install Pango (on Debian and Ubuntu the packages "
    "libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0), or Chromium."
)


class NoPrinter(Exception):
    """Nothing that prints PDF is installed; the message says what would."""


def pdf_of(dossier: Dossier) -> bytes:
    """Return the pages as PDF; raises `NoPrinter`."""
    html = html_of(dossier)
    try:
        return _by_weasyprint(html)
    except (ImportError, OSError):
        return _by_browser(html)


def html_of(dossier: Dossier) -> str:
    """Return the pages as one HTML document that needs nothing else."""
    sections = [
        {
            "section": section,
            # The drawing's own writer escapes every name in it.
            "drawing": mark_safe(svg_of(section.chart)) if section.chart else "",  # noqa: S308
        }
        for section in dossier.sections
    ]
    text: str = render_to_string("ipeo/dossier.html", {"dossier": dossier, "sections": sections})
    sheet = Path(settings.BASE_DIR, "static", "css", "printed.css").read_text(encoding="utf-8")
    return text.replace("</head>", f"<style>{sheet}</style></head>", 1)


def _refuse(url: str, *args: Any, **kwargs: Any) -> Any:
    raise ValueError("A printed page fetches nothing.")


def _by_weasyprint(html: str) -> bytes:
    from weasyprint import HTML

    printed: bytes = HTML(string=html, url_fetcher=_refuse).write_pdf()
    return printed


def _by_browser(html: str) -> bytes:
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise NoPrinter(MISSING)
    with tempfile.TemporaryDirectory(prefix="ipeo-print-") as room:
        source, target = Path(room, "page.html"), Path(room, "page.pdf")
        source.write_text(html, encoding="utf-8")
        subprocess.run(
            [
                browser,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-javascript",
                "--no-pdf-header-footer",
                f"--user-data-dir={room}/profile",
                f"--print-to-pdf={target}",
                source.as_uri(),
            ],
            check=False,
            capture_output=True,
            timeout=SECONDS,
        )
        if not target.exists():
            raise NoPrinter(MISSING)
        return target.read_bytes()
