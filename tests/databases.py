"""Databases for tests: migrated once as the owner, then cloned, and used as the plain role."""

import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connections

from ipeo.database import roles

ROOT = Path(__file__).resolve().parent.parent


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted(ROOT.glob("*/migrations/*.py")) + sorted(ROOT.glob("ipeo/database/*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def _lock() -> Iterator[None]:
    with (Path(tempfile.gettempdir()) / f"ipeo-tests-{os.getuid()}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def _server() -> Iterator[Any]:
    """A cursor of the owner outside any test database, each statement on its own."""
    import psycopg2

    settings = connections["owner"].settings_dict
    connection = psycopg2.connect(
        dbname="postgres",
        user=settings["USER"],
        password=settings["PASSWORD"] or None,
        host=settings["HOST"] or None,
        port=settings["PORT"] or None,
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def use(name: str) -> None:
    """Point both connections at a database, and the cache at what is kept of it alone.

    All databases of tests share a cache, and number their workspaces alike.
    """
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
    settings.CACHES["default"]["KEY_PREFIX"] = name
    caches["default"].key_prefix = name


def template() -> str:
    """Return the name of a migrated template, made where this schema has none yet."""
    name = f"ipeo_template_{_fingerprint()}"
    with _lock(), _server() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [name])
        if cursor.fetchone() is None:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
            cursor.execute(f"CREATE DATABASE {name}")
            use(name)
            roles.make_app_role()
            call_command("migrate", database="owner", verbosity=0, interactive=False)
            roles.grant_to_app_role()
            connections.close_all()
            cursor.execute(f"ALTER DATABASE {name} IS_TEMPLATE true")
        _drop_left_behind(cursor)
    return name


def _drop_left_behind(cursor: Any) -> None:
    """Drop the clones of test runs that were killed."""
    cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'ipeo_test_%'")
    for (name,) in cursor.fetchall():
        found = re.fullmatch(r"ipeo_test_(\d+)_.*", name)
        if found and not Path(f"/proc/{found[1]}").exists():
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def clone(label: str) -> Iterator[str]:
    """A fresh database with the schema, dropped afterwards; yields its name."""
    source = template()
    name = f"ipeo_test_{os.getpid()}_{label}"
    with _server() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {source}")
    try:
        yield name
    finally:
        with _server() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
