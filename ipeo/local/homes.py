"""IPEO_HOME: where the embedded servers keep their data, locks and logs."""

import fcntl
import os
import re
import secrets
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]

# A socket's path may have 107 bytes (sun_path, less its closing zero).
LONGEST_SOCKET_PATH = 107
POSTGRES_SOCKET = ".s.PGSQL.5432"


class HomeUnusable(SystemExit):
    """The directory cannot be used; ends a command with this message."""


@dataclass(frozen=True)
class Home:
    """One directory of data. Two of them never share a server."""

    path: Path

    @classmethod
    def from_environment(cls) -> "Home":
        """Return the home that IPEO_HOME names, `.ipeo` beside manage.py by default."""
        named = os.environ.get("IPEO_HOME", "")
        return cls((Path(named).expanduser() if named else ROOT / ".ipeo").absolute())

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data directory."""
        return self.path / "postgres"

    @property
    def valkey(self) -> Path:
        """Valkey's data directory."""
        return self.path / "valkey"

    @property
    def run(self) -> Path:
        """Locks, and the sockets where their path is short enough."""
        return self.path / "run"

    @property
    def logs(self) -> Path:
        """What the servers write."""
        return self.path / "logs"

    def make(self) -> None:
        """Create the directories. Raises `HomeUnusable` where that is refused."""
        try:
            for directory in (self.path, self.run, self.logs, self.valkey):
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.path.stat().st_uid != os.geteuid():
                raise PermissionError(f"{self.path} belongs to another user")
        except OSError as error:
            raise HomeUnusable(
                f"IPEO_HOME cannot be used: {error}. Name another directory with IPEO_HOME."
            ) from None

    def sockets(self) -> Path:
        """Return the directory of the sockets, made where it is missing.

        It is `run/` inside the home, or, where that path is too long for a socket or has
        characters that would need quoting in an address, a private directory under the system's
        temporary one, recorded in `run/sockets`.
        """
        inside = os.fsencode(self.run / POSTGRES_SOCKET)
        if len(inside) <= LONGEST_SOCKET_PATH and re.fullmatch(rb"[A-Za-z0-9/._-]+", inside):
            return self.run
        record = self.run / "sockets"
        if record.exists():
            recorded = Path(record.read_text())
            if _is_private(recorded):
                return recorded
        made = Path(tempfile.mkdtemp(prefix="ipeo-"))
        fresh = record.with_suffix(".new")
        fresh.write_text(str(made))
        fresh.replace(record)
        return made

    def valkey_socket(self) -> Path:
        """Return the path of Valkey's socket."""
        return self.sockets() / "valkey.sock"

    def lock(self, name: str) -> "Lock":
        """Return a lock of this home, not yet held."""
        return Lock(self.run / f"{name}.lock")


class Lock:
    """An advisory lock on a file, which the kernel gives back whenever its holder dies."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is locked yet."""
        self.path = path
        self._file: IO[str] | None = None

    def share(self) -> None:
        """Hold it together with others, waiting for whoever has it alone."""
        self._take(fcntl.LOCK_SH)

    def hold(self) -> None:
        """Hold it alone, waiting for everybody else."""
        self._take(fcntl.LOCK_EX)

    def try_hold(self, seconds: float = 0.0) -> bool:
        """Hold it alone if that is possible within some seconds; say whether it was."""
        until = time.monotonic() + seconds
        while True:
            try:
                self._take(fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    return False
                time.sleep(0.02)
            else:
                return True

    def is_held_alone(self) -> bool:
        """Say whether some other holder has it alone."""
        with self.path.open("a") as probe:
            try:
                fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def release(self) -> None:
        """Give it back."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def write(self, text: str) -> None:
        """Leave a note for those who find it held."""
        self.path.write_text(text)

    def read(self) -> str:
        """Return the holder's note."""
        return self.path.read_text().strip() if self.path.exists() else ""

    def _take(self, how: int) -> None:
        handle = self._file or self.path.open("a")
        try:
            fcntl.flock(handle, how)
        except BaseException:
            if self._file is None:
                handle.close()
            raise
        self._file = handle


def _is_private(directory: Path) -> bool:
    try:
        status = directory.lstat()
    except OSError:
        return False
    return (
        directory.is_dir()
        and not directory.is_symlink()
        and status.st_uid == os.geteuid()
        and status.st_mode & 0o077 == 0
    )


def local_secret(home: Path) -> str:
    """Return the home's own secret key, made at its first use and readable by its owner alone."""
    place = home / "secret_key"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not place.exists():
        fresh = home / f"secret_key.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        try:
            # A link is refused where the name is taken: of two at once, one wins for both.
            os.link(fresh, place)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return place.read_text()
