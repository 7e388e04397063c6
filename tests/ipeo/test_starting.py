"""What a web process loads before it answers its first request."""

import json
import os
import subprocess
import sys

_LOADED = """
import json, os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ipeo.settings")
import django
django.setup()
from django.urls import URLPattern, get_resolver

def views(resolver):
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            yield one.callback
        else:
            yield from views(one)

import ipeo.wsgi
print(json.dumps([len(list(views(get_resolver()))), sorted(sys.modules)]))
"""
_HEAVY = {
    *("numba", "llvmlite", "sklearn", "weasyprint", "pptx", "openpyxl", "pandas"),
    *("scipy.optimize", "scipy.stats", "scipy.linalg", "scipy.sparse", "scipy.interpolate"),
}


def test_a_web_process_starts_without_compilers_solvers_and_writers_of_documents():
    told = subprocess.run(
        [sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True
    )
    views, modules = json.loads(told.stdout.splitlines()[-1])
    assert views > 100
    assert _HEAVY.isdisjoint(modules)


def test_an_empty_home_is_the_usual_one():
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "from ipeo import settings; print(settings.HOME, settings.BASE_DIR)",
        ],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"IPEO_HOME": ""},
    )
    home, base = told.stdout.split()
    assert home == f"{base}/.ipeo"
