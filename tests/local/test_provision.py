"""Commands share the embedded servers, and leave none behind."""

import os
import subprocess
from pathlib import Path

import psycopg2
import pytest

from ipeo.local import ServersUnavailable, provide
from ipeo.local.processes import NOBODY
from tests.local.processes import (
    PYTHON,
    ROOT,
    ask,
    environment,
    eventually,
    kill,
    living,
    one,
)

HOLD = """
import os, sys
from ipeo.local import provide
provide(fast=True)
print(os.environ["DATABASE_OWNER_URL"], os.environ["REDIS_URL"], flush=True)
sys.stdin.readline()
"""


class Holder:
    """A process that uses a home's servers until it is told to end."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [PYTHON, "-c", HOLD],
            env=environment(home),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def addresses(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        self.process.communicate("\n", timeout=30)


def test_commands_at_once_share_one_pair_of_servers_until_the_last_one_ends(home: Path) -> None:
    first, second = Holder(home), Holder(home)
    assert first.addresses() == second.addresses() != ""
    assert len([line for line in living(home).values() if " -D " in line]) == 1
    first.end()
    assert ask(home, "SELECT 1") == "[(1,)]", "whoever started them does not stop them"
    assert one(home, "postgres", " -D ")
    second.end()
    eventually(lambda: not living(home), within=20)


def test_kill_minus_nine_leaves_no_process_and_loses_nothing(home: Path) -> None:
    assert ask(home, "CREATE TABLE kept AS SELECT 7 AS seven") == "done"
    holder = Holder(home)
    assert holder.addresses()
    kill(holder.process.pid)
    eventually(lambda: not living(home), within=20)

    holder = Holder(home)
    assert holder.addresses()
    kill(one(home, "ipeo.local.keeper"))
    eventually(lambda: list(living(home)) == [holder.process.pid], within=20)
    assert ask(home, "SELECT seven FROM kept") == "[(7,)]"

    kill(one(home, "postgres", " -D "))
    eventually(lambda: one(home, "postgres", " -D "), within=20)
    kill(one(home, "valkey-server"))
    eventually(lambda: one(home, "valkey-server"), within=20)
    assert ask(home, "SELECT seven FROM kept") == "[(7,)]"
    holder.end()
    eventually(lambda: not living(home), within=20)


def test_a_pid_file_that_names_some_other_program_is_no_obstacle(home: Path) -> None:
    ask(home, "SELECT 1")
    eventually(lambda: not living(home), within=20)
    (home / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{home}/postgres\n")
    assert ask(home, "SELECT 1") == "[(1,)]"


def test_a_long_path_with_spaces_will_do(home: Path) -> None:
    place = home / ("a home with spaces, far too long for any socket " * 4).strip()
    assert ask(place, "SELECT current_database()") == "[('ipeo',)]"
    eventually(lambda: not living(place), within=20)
    assert not (place / "run" / "sockets").exists(), "the directory of the sockets is gone too"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs to become somebody else")
def test_as_root_without_user_namespaces_postgresql_becomes_nobody(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    refusing = home / "bin"
    refusing.mkdir()
    (refusing / "unshare").write_text("#!/bin/sh\nexit 1\n")
    (refusing / "unshare").chmod(0o755)
    with monkeypatch.context() as without:
        without.setenv("PATH", f"{refusing}:{os.environ['PATH']}")
        assert ask(home, "CREATE TABLE kept AS SELECT 7 AS seven") == "done"
    assert (home / "postgres" / "PG_VERSION").stat().st_uid == NOBODY
    eventually(lambda: not living(home), within=20)
    assert ask(home, "SELECT seven FROM kept") == "[(7,)]", "the data changes hands with the way"


def test_the_cluster_is_the_one_production_has(home: Path) -> None:
    sql = (
        "SELECT pg_encoding_to_char(encoding), datlocprovider, datlocale,"
        " current_setting('server_version_num')::int / 10000,"
        " current_setting('listen_addresses') FROM pg_database WHERE datname = 'ipeo'"
    )
    assert ask(home, sql) == "[('UTF8', 'b', 'C.UTF-8', 18, '')]"
    sql = (
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole,"
        " (SELECT count(*) FROM pg_shdepend d WHERE d.refobjid = r.oid AND d.deptype = 'o')"
        " FROM pg_roles r WHERE rolname = 'ipeo_app'"
    )
    assert ask(home, sql) == "[(False, False, False, False, 0)]"


def test_servers_that_the_environment_names_are_used_and_nothing_is_started(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@somewhere/ipeo")
    monkeypatch.setenv("REDIS_URL", "redis://somewhere/0")
    provide(home)
    assert os.environ["DATABASE_URL"] == "postgres://somebody@somewhere/ipeo"
    assert list(home.iterdir()) == []


def test_one_server_named_without_the_other_is_refused(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@somewhere/ipeo")
    monkeypatch.delenv("REDIS_URL", raising=False)
    with pytest.raises(ServersUnavailable, match="go together"):
        provide(home)


def test_data_of_another_major_version_is_left_alone_and_told(home: Path) -> None:
    (home / "postgres").mkdir()
    (home / "postgres" / "PG_VERSION").write_text("17\n")
    ran = subprocess.run(
        [PYTHON, "-c", HOLD], env=environment(home), cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 1
    assert "was written by PostgreSQL 17" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_only_plpgsql_is_there_to_lean_on() -> None:
    connection = psycopg2.connect(**_owner())
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        assert cursor.fetchall() == [("plpgsql",)]
    connection.close()


def _owner() -> dict[str, str]:
    from django.db import connections

    settings = connections["owner"].settings_dict
    return {"host": settings["HOST"], "user": settings["USER"], "dbname": settings["NAME"]}
