"""What docker-compose.yml names is there, and its commands run as plain processes."""

import os
import re
import secrets
import shlex
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml
from psycopg2 import sql

from ipeo.local.addresses import database_url
from tests.local.processes import PYTHON, ROOT, environment, eventually, free_port, living, start

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
FILLED_IN = {
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ALLOWED_HOSTS": "ipeo.example.com",
    "CSRF_TRUSTED_ORIGINS": "https://ipeo.example.com",
    "OWNER_PASSWORD": "owner",
    "APP_PASSWORD": "app",
}


def resolved(text: str) -> str:
    """Fill in ${NAME}, ${NAME:-default} and ${NAME:?}, as compose does."""

    def value(found: re.Match[str]) -> str:
        default = (found["default"] or "").removeprefix("-")
        return FILLED_IN.get(found["name"]) or default

    return re.sub(r"\$\{(?P<name>\w+)(:(?P<default>[^}]*))?\}", value, text).replace("$$", "$")


def example() -> set[str]:
    """The variables that .env.example shows."""
    return set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def test_env_example_shows_every_variable_that_the_product_reads() -> None:
    read = set()
    for path in [*ROOT.glob("ipeo/**/*.py"), ROOT / "gunicorn.conf.py"]:
        text = path.read_text()
        read |= set(re.findall(r"""\benv(?:\.\w+)?\(\s*"([A-Z_]+)\"""", text))
        read |= set(re.findall(r"""environ\.get\(\s*"([A-Z_]+)\"""", text))
        read |= set(re.findall(r"""_database\(\s*"([A-Z_]+)\"""", text))
    assert len(read) > 15
    assert read - example() == set()
    only_compose = {"OWNER_PASSWORD", "APP_PASSWORD", "PUBLISH"}
    assert example() - read - only_compose == set()


def test_every_variable_of_the_compose_file_is_shown_in_env_example() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    assert set(re.findall(r"(?<!\$)\$\{(\w+)", text)) - example() == set()
    for name in OURS:
        assert set(SERVICES[name]["environment"]) - example() == set()


def test_what_is_written_into_env_reaches_the_containers() -> None:
    by_the_image = {"IPEO_HOME", "HOST", "PORT", "STATIC_ROOT", "MEDIA_ROOT", "NUMBA_CACHE_DIR"}
    elsewhere = {"OWNER_PASSWORD", "APP_PASSWORD", "PUBLISH", "DEBUG"}
    passed = set().union(*(SERVICES[name]["environment"] for name in OURS))
    assert example() - by_the_image - elsewhere == passed


def test_every_service_has_a_command_a_health_check_and_its_volumes() -> None:
    for name, service in SERVICES.items():
        assert service["user"] not in ("root", "0"), name
        checked = service["healthcheck"]
        assert checked.get("test") or name == "migrate", name
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in COMPOSE["volumes"], volume
        for other, needed in service.get("depends_on", {}).items():
            assert needed["condition"] == (
                "service_completed_successfully" if other == "migrate" else "service_healthy"
            )
    for name in OURS:
        program = SERVICES[name]["command"][0]
        assert shutil.which(program, path=str(Path(PYTHON).parent)), program
    assert set(COMPOSE["volumes"]) == {"data", "postgres", "valkey"}


def test_the_image_has_the_user_the_volume_and_the_check_that_compose_names() -> None:
    image = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER ipeo$", image, re.MULTILINE)
    assert re.search(r"^VOLUME /data$", image, re.MULTILINE)
    assert "IPEO_HOME=/data" in image
    assert '"python", "-m", "ipeo.local.health"' in image
    assert SERVICES["web"]["healthcheck"]["test"][1:] == ["python", "-m", "ipeo.local.health"]
    assert "--require-hashes" in image


def test_the_database_of_compose_is_made_like_the_embedded_one() -> None:
    flags = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    source = (ROOT / "ipeo" / "local" / "postgres.py").read_text()
    assert flags[:2] == ["-E", "UTF8"]
    for flag in flags[2:]:
        assert f'"{flag}"' in source, flag
    assert SERVICES["postgres"]["image"] == "postgres:18"
    words = shlex.join(SERVICES["valkey"]["command"])
    assert "--appendonly yes" in words
    assert "--maxmemory-policy noeviction" in words


@pytest.fixture
def given(home: Path) -> Iterator[dict[str, str]]:
    """The environment of compose, with an empty database and a broker given by their addresses."""
    from django.db import connections

    owner = connections["owner"].settings_dict
    name, role = f"ipeo_compose_{os.getpid()}", f"ipeo_compose_{os.getpid()}_app"
    server = psycopg2.connect(host=owner["HOST"], user=owner["USER"], dbname="postgres")
    server.autocommit = True
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    drop_role = sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role))
    with server.cursor() as cursor:
        cursor.execute(drop)
        cursor.execute(drop_role)
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    env = environment(home)
    for service in OURS:
        for variable, value in SERVICES[service]["environment"].items():
            if value is not None:
                env[variable] = resolved(value)
    directory = Path(owner["HOST"])
    env |= {
        "DATABASE_URL": database_url(directory, role).removesuffix("ipeo") + name,
        "DATABASE_OWNER_URL": database_url(directory, owner["USER"]).removesuffix("ipeo") + name,
        # A number of its own, so that no other test's work is taken.
        "REDIS_URL": os.environ["REDIS_URL"].replace("db=0", "db=7"),
        "STATIC_MANIFEST": "false",
        "PORT": str(free_port()),
        "HOSTNAME": f"compose-{os.getpid()}",
    }
    yield env
    with server.cursor() as cursor:
        cursor.execute(drop)
        cursor.execute(drop_role)
    server.close()


def words_of(service: str) -> list[str]:
    """The command of a service, with the programs of this virtual environment."""
    program, *rest = SERVICES[service]["command"]
    found = shutil.which(program, path=str(Path(PYTHON).parent))
    assert found
    return [found, *rest]


def listens(port: int) -> bool:
    """Whether somebody takes connections on a port."""
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


def test_the_settings_of_compose_are_fit_for_production(given: dict[str, str]) -> None:
    words = [PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    checked = subprocess.run(words, env=given, cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def test_the_commands_of_compose_run_against_servers_given_by_address(
    given: dict[str, str], home: Path
) -> None:
    prepared = subprocess.run(
        words_of("migrate"), env=given, cwd=ROOT, capture_output=True, text=True
    )
    assert prepared.returncode == 0, prepared.stderr

    # As the host's name is not the container's, the worker is given the name it would have there.
    worker = [*words_of("worker"), "--hostname", f"celery@{given['HOSTNAME']}"]
    commands = {"web": words_of("web"), "worker": worker, "beat": words_of("beat")}
    logs = {name: home / f"{name}.txt" for name in commands}
    running = {name: start(command, given, logs[name]) for name, command in commands.items()}
    path = str(Path(PYTHON).parent) + os.pathsep + os.environ["PATH"]

    def healthy(name: str) -> bool:
        kind, *test = SERVICES[name]["healthcheck"]["test"]
        words = ["sh", "-c", resolved(test[0])] if kind == "CMD-SHELL" else test
        ran = subprocess.run(words, env=given | {"PATH": path}, cwd=ROOT, capture_output=True)
        return ran.returncode == 0

    # The checks are costly to ask, so they are asked when the answer should be yes.
    eventually(lambda: listens(int(given["PORT"])), within=120, told_by=logs["web"])
    eventually(lambda: " ready." in logs["worker"].read_text(), within=120, told_by=logs["worker"])
    eventually(lambda: list(home.glob("beat-schedule*")), within=120, told_by=logs["beat"])
    for name in commands:
        eventually(lambda name=name: healthy(name), within=60, told_by=logs[name])

    for process in running.values():
        process.terminate()
    for name, process in running.items():
        assert process.wait(30) == 0, logs[name].read_text()
    assert not living(home)
