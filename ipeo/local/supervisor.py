"""The supervisor behind `manage.py up`: everything IPEO needs, in one process tree."""

import argparse
import contextlib
import ipaddress
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence

from ipeo.local import processes, provision
from ipeo.local.children import Child, say, stop_all
from ipeo.local.health import serves
from ipeo.local.homes import ROOT, Home

PASSWORD = "demo-ipeo-2026"  # noqa: S105 - the demonstration's own, printed at every start
SIGN_INS = tuple(f"{person}@demo.ipeo.test" for person in ("marketer", "rep", "manager", "owner"))
_READY_WITHIN = 120.0
_ASK_EVERY = 0.5
# A web server that ended this often before its first answer will not answer.
_HOPELESS = 3
# Without Django's checks they need not load every page; `manage.py check` has them.
_CELERY = ("celery", "-q", "-A", "ipeo", "--skip-checks")


class CannotStart(SystemExit):
    """Something stands in the way; ends the command with this message."""


class Supervisor:
    """Starts PostgreSQL, Valkey, the web server, the worker and beat, and keeps them up."""

    def __init__(self, *, host: str, port: int, demonstration: bool = True) -> None:
        """Nothing is started yet."""
        self.host, self.port = host, port
        self.demonstration = demonstration
        self.home = Home.from_environment()
        self.signals: list[int] = []
        self.children: list[Child] = []
        self.embedded = False

    def run(self, *, with_parent: bool = False) -> None:
        """Run until Ctrl-C or SIGTERM. Raises `CannotStart` with a message for the person.

        `with_parent` ends everything when the parent process (make) is killed, too.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Under nohup a closed terminal is no reason to stop.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, lambda number, frame: self.signals.append(number))
        if with_parent:
            processes.end_with_parent(signal.SIGTERM)
        self.home.make()
        with self._alone(), self._stopping():
            self._check_port()
            self._provide()
            self._prepare()
            self._serve()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        lock = self.home.lock("up")
        # A supervisor that was just killed gives its lock back a moment later.
        if not lock.try_hold(seconds=1.0):
            raise CannotStart(
                f"IPEO already runs from {self.home.path} ({lock.read()}). Stop it first, or name "
                "another directory with IPEO_HOME and another PORT."
            )
        lock.write(f"process {os.getpid()}, {self._address()}")
        try:
            yield
        finally:
            lock.write("")
            lock.release()

    @contextlib.contextmanager
    def _stopping(self) -> Iterator[None]:
        try:
            yield
        finally:
            asked = len(self.signals)
            if asked:
                say("ipeo", "Stopping.")
            stop_all(self.children, hurry=_Later(self.signals, asked))
            if self.embedded:
                self._end_servers()
            if asked:
                say("ipeo", "Stopped.")

    def _check_port(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise CannotStart(
                    f"Port {self.port} on {self.host} cannot be used: {error.strerror}. "
                    f"Choose another: make run PORT={self.port + 1}"
                ) from None

    def _provide(self) -> None:
        if provision.environment_names_servers():
            say("ipeo", "Using the servers that DATABASE_URL and REDIS_URL name.")
            return
        say("ipeo", f"Starting PostgreSQL and Valkey; their data is in {self.home.path}.")
        provision.provide(self.home.path)
        self.embedded = True

    def _prepare(self) -> None:
        say("ipeo", "Preparing the database and the static files.")
        schema = self._manage("migrate", ["migrate", "-v", "0"])
        files = self._manage("static", ["collectstatic", "--noinput", "-v", "0"])
        # Names with their content's hash, so that browsers may keep the files for good.
        files.env["STATIC_MANIFEST"] = "true"
        self.children = [schema, files]
        for child in self.children:
            child.start()
        while any(child.alive for child in self.children):
            if self.signals:
                raise SystemExit(0)
            for child in self.children:
                child.echo()
            time.sleep(0.05)
        for child in self.children:
            if code := child.bury():
                raise CannotStart(f"manage.py {child.argv[2]} failed with exit code {code}.")

    def _serve(self) -> None:
        # Alone at first: it answers sooner where the others do not compete for the processors.
        web = self._web()
        self.children = [web]
        ready, until = False, time.monotonic() + _READY_WITHIN
        ask_next = 0.0
        while not self.signals:
            self._wait_for_output()
            for child in self.children:
                child.look_after()
            if self.embedded and not provision.is_kept(self.home):
                say("ipeo", "PostgreSQL and Valkey are gone; starting them again.")
                provision.attach(self.home)
            if ready or time.monotonic() < ask_next:
                continue
            ask_next = time.monotonic() + _ASK_EVERY
            if serves(self.host, self.port):
                ready = True
                self._announce()
                self.children += [self._worker(), self._beat(), self._compiler()]
                if self.demonstration:
                    self.children.append(self._demonstration())
            elif web.deaths >= _HOPELESS or time.monotonic() > until:
                raise CannotStart("The web server did not answer; its lines above tell why.")

    def _wait_for_output(self) -> None:
        pipes = [c.process.stdout for c in self.children if c.process and c.process.stdout]
        # A child that ended keeps its pipe readable until the next look; the sleep bounds that.
        select.select(pipes, [], [], 0.2)
        time.sleep(0.02)

    def _end_servers(self) -> None:
        provision.detach(self.home)
        until = time.monotonic() + 40
        while provision.is_kept(self.home) and time.monotonic() < until:
            users = self.home.lock("users")
            if users.try_hold():
                # Nobody's: a busy machine's keeper has not looked yet.
                users.release()
            elif not users.is_held_alone():
                say("ipeo", "Another command still uses PostgreSQL and Valkey; they stay.")
                return
            time.sleep(0.1)
        provision.await_keeper(5.0)

    def _announce(self) -> None:
        lines = ["", f"IPEO is at {self._address()}"]
        if self.demonstration:
            lines += ["", "Sign in to the demonstration as"]
            lines += [f"  {address}" for address in SIGN_INS]
            lines += [f"with the password {PASSWORD}"]
        for line in [*lines, "", "Ctrl-C stops it.", ""]:
            say("ipeo", line)

    def _address(self) -> str:
        shown = "localhost" if _is_wildcard(self.host) else self.host
        return f"http://{f'[{shown}]' if ':' in shown else shown}:{self.port}/"

    def _web(self) -> Child:
        return self._module("web", ["gunicorn", "ipeo.wsgi"], on_parent_death=signal.SIGQUIT)

    def _worker(self) -> Child:
        words = [*_CELERY, "worker", "--concurrency", "2"]
        words += ["--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
        # SIGTERM lets tasks end; SIGQUIT hands those that do not back to the queue.
        farewell = ((signal.SIGTERM, 10.0), (signal.SIGQUIT, 5.0))
        return self._module("worker", words, on_parent_death=signal.SIGQUIT, farewell=farewell)

    def _beat(self) -> Child:
        words = [*_CELERY, "beat", "--loglevel", "WARNING", "--pidfile="]
        return self._module("beat", words)

    def _demonstration(self) -> Child:
        words = ["demo", *("--workspace", "northwind", "--seed", "2", "--scale", "1")]
        child = self._manage("demo", [*words, "--if-missing"])
        child.start()
        return child

    def _compiler(self) -> Child:
        """Compiles the numerics while nobody waits for them; the next start finds them there."""
        child = self._manage("compile", ["warm", "--quietly"])
        child.start()
        return child

    def _manage(self, name: str, words: list[str]) -> Child:
        argv = [sys.executable, str(ROOT / "manage.py"), *words]
        return Child(name, argv, ROOT, self._environment(), lasting=False)

    def _module(
        self,
        name: str,
        words: list[str],
        on_parent_death: signal.Signals = signal.SIGTERM,
        farewell: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 10.0),),
    ) -> Child:
        argv = [sys.executable, "-m", *words]
        return Child(name, argv, ROOT, self._environment(), on_parent_death, farewell)

    def _environment(self) -> dict[str, str]:
        env = os.environ | {
            "IPEO_HOME": str(self.home.path),
            processes.SUPERVISOR: str(os.getpid()),
            "HOST": self.host,
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "ipeo.settings",
            # Celery warns at each start that it runs as root, as one may while trying it out.
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
        }
        env.setdefault("ALLOWED_HOSTS", ",".join(_names(self.host)))
        return dict(env)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `manage.py up`."""
    parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT") or "8000")
    parser.add_argument(
        "--no-demo", action="store_true", help="do not load the demonstration workspace"
    )
    parser.add_argument(
        "--with-parent", action="store_true", help="stop when the parent process is killed"
    )


def main(arguments: Sequence[str]) -> None:
    """Run `manage.py up` with these arguments."""
    parser = argparse.ArgumentParser(
        prog="manage.py up",
        description="Starts everything that IPEO needs, and keeps it running until Ctrl-C.",
    )
    add_arguments(parser)
    given = parser.parse_args(arguments)
    Supervisor(host=given.host, port=given.port, demonstration=not given.no_demo).run(
        with_parent=given.with_parent
    )


class _Later(list[int]):
    """Signals that came after the first ones: a second Ctrl-C."""

    def __init__(self, signals: list[int], before: int) -> None:
        super().__init__()
        self._signals, self._before = signals, before

    def __bool__(self) -> bool:
        return len(self._signals) > self._before


def _is_wildcard(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _names(host: str) -> list[str]:
    """Return the names under which the product may be asked for when it listens on a host."""
    names = ["localhost", "127.0.0.1", "[::1]"]
    if not _is_wildcard(host):
        return list(dict.fromkeys([*names, f"[{host}]" if ":" in host else host]))
    mine = socket.gethostname()
    with contextlib.suppress(OSError):
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(mine, None)}
        names += sorted(f"[{name}]" if ":" in name else name for name in found)
    return list(dict.fromkeys([*names, mine, socket.getfqdn()]))
