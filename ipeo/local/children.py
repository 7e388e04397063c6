"""The supervisor's children: started, listened to, started again, stopped."""

import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE, Popen

from ipeo.local import processes

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
# A child that lived this long was well; its next pause is the shortest again.
_WELL_AFTER = 60.0
_COLOURS = {
    "ipeo": "1",
    "web": "36",
    "worker": "35",
    "beat": "34",
    "demo": "33",
    "migrate": "32",
    "static": "32",
}


def say(name: str, line: str) -> None:
    """Print one line under the name of whoever says it."""
    mark = f"{name:<7} |"
    if sys.stdout.isatty():
        mark = f"\x1b[{_COLOURS.get(name, '0')}m{mark}\x1b[0m"
    print(mark, line, flush=True)


@dataclass
class Child:
    """One direct child. It dies with the supervisor, and so does whatever it started."""

    name: str
    argv: list[str]
    cwd: Path
    env: dict[str, str] = field(repr=False)
    on_parent_death: signal.Signals = signal.SIGTERM
    # What to send, and for how many seconds to wait, before SIGKILL.
    farewell: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 10.0),)
    lasting: bool = True
    process: "Popen[bytes] | None" = None
    pause: float = 0.0
    due: float = 0.0
    born: float = 0.0
    deaths: int = 0
    _unfinished: bytes = b""

    def start(self) -> None:
        """Start it."""
        self.process = processes.spawn(
            self.argv,
            on_parent_death=self.on_parent_death,
            env=self.env,
            cwd=self.cwd,
            output=PIPE,
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        self.born = time.monotonic()

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def echo(self) -> None:
        """Print what it wrote since the last time."""
        if self.process is None or self.process.stdout is None:
            return
        while chunk := self.process.stdout.read(65536):
            *lines, self._unfinished = (self._unfinished + chunk).split(b"\n")
            for line in lines:
                say(self.name, line.decode(errors="replace").rstrip())

    def look_after(self) -> None:
        """Echo its lines; where it died, say so and start it again after a growing pause."""
        self.echo()
        now = time.monotonic()
        if self.process is None:
            if self.lasting and now >= self.due:
                self.start()
        elif not self.alive:
            code = self.bury()
            self.deaths += 1
            if not self.lasting:
                say("ipeo", f"{self.name} has ended" + (f" with exit code {code}" if code else ""))
                return
            well = now - self.born >= _WELL_AFTER
            self.pause = (
                _FIRST_PAUSE if well else min(self.pause * 2 or _FIRST_PAUSE, _LONGEST_PAUSE)
            )
            self.due = now + self.pause
            say("ipeo", f"{self.name} ended with {code}; it starts again in {self.pause:g} s")

    def bury(self) -> int:
        """Sweep away what it left of its process group; return its exit code."""
        assert self.process is not None
        processes.signal_group(self.process, signal.SIGKILL)
        code = self.process.wait()
        self.echo()
        if self._unfinished:
            say(self.name, self._unfinished.decode(errors="replace"))
            self._unfinished = b""
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None
        return code

    def ask_to_end(self, sent: signal.Signals) -> None:
        """Signal the child itself; it tells those it started."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(sent)


def stop_all(children: list[Child], *, hurry: list[int]) -> None:
    """End them all at once, each as its farewell says; an entry in `hurry` ends the patience."""
    waiting = [child for child in children if child.process is not None]
    began = time.monotonic()
    sent = dict.fromkeys((child.name for child in waiting), 0)
    while waiting:
        for child in list(waiting):
            child.echo()
            if not child.alive:
                child.bury()
                waiting.remove(child)
                continue
            elapsed, step = time.monotonic() - began, sent[child.name]
            allowed = sum(seconds for _, seconds in child.farewell[:step])
            if hurry or (step == len(child.farewell) and elapsed >= allowed):
                child.bury()
                waiting.remove(child)
            elif step < len(child.farewell) and elapsed >= allowed:
                child.ask_to_end(child.farewell[step][0])
                sent[child.name] += 1
        time.sleep(0.05)
