"""The keeper: the one process that owns a home's embedded servers.

Every command that uses them holds the home's `users` lock together with the others. The keeper
waits to hold it alone: once it does, nobody is left, and it stops the servers. The kernel gives
locks back even after `kill -9`, so neither a forgotten server nor a server stopped under someone
else's hands can happen. If the keeper itself is killed, the servers get the signal of their
parent's death; the next command starts another keeper.
"""

import argparse
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from types import ModuleType

from ipeo.local import postgres, valkey
from ipeo.local.homes import Home

_TICK = 0.2
_LONGEST_PAUSE = 10.0


@dataclass
class Server:
    """One of the two servers, started again whenever it dies."""

    engine: ModuleType
    home: Home
    fast: bool
    process: "Popen[bytes] | None" = None
    pause: float = 0.0
    due: float = 0.0

    def keep(self) -> None:
        """Start it where it does not run and its pause is over."""
        if self.process is not None and self.process.poll() is None:
            return
        now = time.monotonic()
        if self.process is not None:
            _say(f"{self.engine.__name__} ended with {self.process.returncode}")
            self.process = None
            self.pause = min(max(0.1, self.pause * 2), _LONGEST_PAUSE)
            self.due = now + self.pause
        if now >= self.due:
            self.process = self.engine.start(self.home, fast=self.fast)

    def stop(self) -> None:
        """Ask it to end, then insist."""
        if self.process is None:
            return
        for asked, seconds in ((self.engine.STOP, 30.0), (signal.SIGQUIT, 5.0)):
            self.process.send_signal(asked)
            try:
                self.process.wait(seconds)
            except TimeoutExpired:
                continue
            return
        self.process.kill()
        self.process.wait()


def keep(home: Home, *, fast: bool) -> None:
    """Run the servers until nobody uses them any more."""
    alone = home.lock("keeper")
    if not alone.try_hold(seconds=5):
        return
    users = home.lock("users")
    asked_to_stop: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: asked_to_stop.append(number))
    servers = [Server(engine, home, fast) for engine in (postgres, valkey)]
    deserted = False
    try:
        postgres.make_cluster(home)
        made = False
        while not asked_to_stop and not (deserted := users.try_hold()):
            for server in servers:
                server.keep()
            if not made and postgres.answers(home):
                postgres.make_database(home)
                alone.write("ready")
                made = True
            time.sleep(_TICK if made else _TICK / 10)
    finally:
        alone.write("")
        for server in servers:
            server.stop()
        if deserted and home.sockets() != home.run:
            shutil.rmtree(home.sockets(), ignore_errors=True)
            (home.run / "sockets").unlink(missing_ok=True)
        _say("stopped")


def _say(text: str) -> None:
    print(time.strftime("%Y-%m-%d %H:%M:%S"), text, flush=True)


def main() -> None:
    """Keep the servers of the home given on the command line."""
    parser = argparse.ArgumentParser(description="Keeps a home's embedded servers.")
    parser.add_argument("home", type=Path)
    parser.add_argument("--fast", action="store_true")
    options = parser.parse_args()
    try:
        keep(Home(options.home), fast=options.fast)
    except (postgres.ClusterError, RuntimeError, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
