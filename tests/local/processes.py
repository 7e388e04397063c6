"""Commands of the product as processes of their own, and what is left of them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
SERVERS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return this environment without the servers it names, for a home of one's own."""
    env = {name: value for name, value in os.environ.items() if name not in SERVERS}
    return env | {"IPEO_HOME": str(home), "PYTHONPATH": str(ROOT)} | more


def python(code: str, env: dict[str, str], *, timeout: float = 60) -> str:
    """Run some Python to its end; return what it printed."""
    ran = subprocess.run(
        [PYTHON, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, timeout=timeout
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def ask(home: Path, sql: str) -> str:
    """Ask the home's database as its owner, in a process of its own."""
    code = f"""
from ipeo.local import Home, postgres, provide
provide(fast=True)
cursor = postgres.connect(Home.from_environment(), "ipeo").cursor()
cursor.execute({sql!r})
print(cursor.fetchall() if cursor.description else "done")
"""
    return python(code, environment(home))


def start(argv: list[str], env: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a command whose lines go to a file."""
    with log.open("wb") as output:
        return subprocess.Popen(
            argv, env=env, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, process_group=0
        )


def eventually(
    holds: Callable[[], object], *, within: float = 60, told_by: Path | None = None
) -> None:
    """Wait until something holds; fail with the log's end where it never does."""
    until = time.monotonic() + within
    while not holds():
        if time.monotonic() > until:
            log = told_by.read_text(errors="replace")[-4000:] if told_by else ""
            raise AssertionError(f"did not come about within {within:g} s\n{log}")
        time.sleep(0.1)


def living(home: Path) -> dict[int, str]:
    """Return the processes that have this home in their environment, with their command lines.

    PostgreSQL and Valkey write over their environment; they are known by where they work.
    """
    mark, found = b"IPEO_HOME=" + os.fsencode(home) + b"\0", {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            try:
                named = mark in (process / "environ").read_bytes() + b"\0"
                if named or (process / "cwd").resolve().is_relative_to(home):
                    words = (process / "cmdline").read_bytes()
                    found[int(process.name)] = words.replace(b"\0", b" ").decode()
            except OSError:
                continue
    # One that has ended and waits to be reaped has no command line any more.
    return {pid: words for pid, words in found.items() if words}


def one(home: Path, *words: str) -> int:
    """Return the eldest process of the home whose command line has these words, 0 for none."""
    found = [pid for pid, line in living(home).items() if all(word in line for word in words)]
    return min(found, default=0)


def kill(pid: int) -> None:
    """Kill without warning."""
    assert pid
    os.kill(pid, signal.SIGKILL)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
