"""Giving a command its servers: those named in the environment, or the embedded ones."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

from ipeo.local import valkey
from ipeo.local.addresses import APPLICATION, OWNER, database_url, redis_url
from ipeo.local.homes import ROOT, Home, Lock

_PATIENCE = 120.0
_held: dict[Path, Lock] = {}
_started: list["subprocess.Popen[bytes]"] = []


class ServersUnavailable(SystemExit):
    """There are no servers to use; ends a command with this message and no traceback."""


def provide(home: Path | None = None, *, fast: bool = False) -> bool:
    """See to it that DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL name servers that answer.

    Where the environment names them already, nothing happens. Otherwise the embedded servers of
    `home` (IPEO_HOME by default) are used: those that run, or new ones. They stay for as long as
    any process uses them, this one included, and end by themselves after the last. Returns
    whether they are the embedded ones.

    With `fast` a newly started pair gives up safety against power loss, for tests.

    Raises `ServersUnavailable`.
    """
    if environment_names_servers():
        return False
    place = Home(home.absolute()) if home is not None else Home.from_environment()
    place.make()
    attach(place, fast=fast)
    os.environ["DATABASE_URL"] = database_url(place.sockets(), APPLICATION)
    os.environ["DATABASE_OWNER_URL"] = database_url(place.sockets(), OWNER)
    os.environ["REDIS_URL"] = redis_url(place.valkey_socket())
    return True


def environment_names_servers() -> bool:
    """Say whether servers are named. Raises `ServersUnavailable` where only one of two is."""
    named = [bool(os.environ.get(variable)) for variable in ("DATABASE_URL", "REDIS_URL")]
    if any(named) and not all(named):
        raise ServersUnavailable(
            "DATABASE_URL and REDIS_URL go together: set both, or neither to use the "
            "embedded servers."
        )
    return all(named)


def attach(home: Home, *, fast: bool = False) -> None:
    """Use the home's servers from now until this process ends, starting them if need be."""
    if home.path not in _held:
        users = home.lock("users")
        # Waits here while a keeper that found nobody is still stopping its servers.
        users.share()
        _held[home.path] = users
    starting = home.lock("start")
    starting.hold()
    try:
        if not is_kept(home):
            _start_keeper(home, fast=fast)
        _wait_until_ready(home)
    finally:
        starting.release()


def detach(home: Home) -> None:
    """Stop using the home's servers; they end where nobody else uses them."""
    if users := _held.pop(home.path, None):
        users.release()


def is_kept(home: Home) -> bool:
    """Say whether a keeper has the home's servers in its care."""
    for process in _started:
        process.poll()
    return home.lock("keeper").is_held_alone()


def await_keeper(seconds: float) -> None:
    """Wait until a keeper that this process started has ended, not only let go of its lock."""
    for process in _started:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)


def _start_keeper(home: Home, *, fast: bool) -> None:
    home.lock("keeper").write("")
    # A session of its own: it must outlast this command where another uses the servers too.
    with (home.logs / "keeper.log").open("wb") as log:
        _started.append(
            subprocess.Popen(
                [
                    *(sys.executable, "-m", "ipeo.local.keeper", str(home.path)),
                    *(["--fast"] if fast else []),
                ],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        )
    until = time.monotonic() + 10
    while not is_kept(home) and _started[-1].poll() is None and time.monotonic() < until:
        time.sleep(0.01)


def _wait_until_ready(home: Home) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if home.lock("keeper").read() == "ready" and valkey.answers(home):
            return
        if not is_kept(home):
            break
        time.sleep(0.02)
    raise ServersUnavailable(
        "PostgreSQL and Valkey could not be started.\n"
        + "\n".join(_last_lines(home.logs / f"{name}.log") for name in ("keeper", "postgres"))
        + f"\nThe logs are in {home.logs}."
    )


def _last_lines(log: Path, count: int = 15) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(f"{log.stem}: {line}" for line in lines[-count:])
