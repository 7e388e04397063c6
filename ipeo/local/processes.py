"""Child processes that do not outlive their parent."""

import ctypes
import functools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

SUPERVISOR = "IPEO_SUPERVISOR"
"""In the environment of the supervisor's children: its process id. Not a setting."""

_PR_SET_PDEATHSIG = 1
NOBODY = 65534

# Loaded before any fork: a child between fork and exec must not load libraries.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent(sent: signal.Signals, parent: int) -> None:
    end_with_parent(sent)
    if os.getppid() != parent:
        # The parent died before the line above could take effect.
        os._exit(1)


def end_with_parent(sent: signal.Signals) -> None:
    """Let this process have a signal when its parent dies."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(sent))


def spawn(
    argv: Sequence[str | Path],
    *,
    on_parent_death: signal.Signals = signal.SIGTERM,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    output: IO[bytes] | int | None = None,
) -> "subprocess.Popen[bytes]":
    """Start a direct child in a session of its own, signalled when this process dies.

    The session keeps a Ctrl-C in the terminal from reaching the child before its parent decides.
    """
    before_exec: Callable[[], None] = functools.partial(
        _die_with_parent, on_parent_death, os.getpid()
    )
    return subprocess.Popen(
        [str(part) for part in argv],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=dict(env) if env is not None else None,
        cwd=cwd,
        start_new_session=True,
        # Safe here: the processes that spawn have one thread.
        preexec_fn=before_exec,
    )


def signal_group(process: "subprocess.Popen[bytes]", sent: signal.Signals) -> None:
    """Signal a child and whatever it started, where any of it is still there."""
    try:
        os.killpg(process.pid, sent)
    except (ProcessLookupError, PermissionError):
        return


def unprivileged(own: Path, *, on_parent_death: signal.Signals) -> list[str]:
    """Return the words to put before a command that refuses to run as root.

    PostgreSQL is such a command. As a plain user there is nothing to do. As root the command gets
    a user namespace in which it is nobody, so files stay root's own; where namespaces are
    refused, it becomes nobody in earnest, and `own` is given to it. Both clear the signal of a
    parent's death, so `setpriv` sets it again.

    Raises `RuntimeError` where the machine offers neither.
    """
    if os.geteuid() != 0:
        return []
    again = ("setpriv", f"--pdeathsig={on_parent_death.name}")
    namespace = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", *again)
    reach = "-all,+dac_override,+dac_read_search"
    poorest = (*again, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    # So that it can pass through parent directories that only root may enter.
    plain = (*poorest, f"--inh-caps={reach}", f"--ambient-caps={reach}")
    for words, user in ((namespace, os.getuid()), (plain, NOBODY), (poorest, NOBODY)):
        if _works(words):
            _give(own, user)
            return list(words)
    raise RuntimeError(
        "PostgreSQL does not run as root, and neither unshare nor setpriv (util-linux) works "
        "here. Run as a plain user, or name servers with DATABASE_URL and REDIS_URL."
    )


@functools.cache
def _works(words: tuple[str, ...]) -> bool:
    if shutil.which(words[0]) is None:
        return False
    return subprocess.run([*words, "true"], capture_output=True).returncode == 0


def _give(directory: Path, user: int) -> None:
    if directory.exists() and directory.stat().st_uid != user:
        for path in (directory, *directory.rglob("*")):
            os.chown(path, user, user, follow_symlinks=False)
