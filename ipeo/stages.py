"""The registry by which the kernel learns about the four stages.

Each app registers its stage in its `apps.py`: the gate that must be open to leave it, the line
that sums it up, what it hands on, and the panels it offers to the shared pages. The kernel
imports no stage; pages load panels by address.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ipeo.models import Cycle

if TYPE_CHECKING:
    from ipeo.models import Membership

ORDER = (Cycle.Stage.INSIGHT, Cycle.Stage.PLAN, Cycle.Stage.EXECUTE, Cycle.Stage.OPTIMIZE)


@dataclass(frozen=True)
class Blocker:
    """One thing that keeps a gate closed: what is missing, and where it is mended."""

    message: str
    href: str = ""
    action: str = ""


@dataclass(frozen=True)
class Summary:
    """A stage in one line, and how much of it is done, from 0 to 1."""

    line: str
    fraction: float = 0.0


@dataclass(frozen=True)
class Panel:
    """A part of a shared page that a stage provides, loaded by its address.

    `on` is the page: "campaign" (the address takes the cycle's id), "objective" (the cycle's too,
    and `?objective=` names the one), "program" (the program's) or "home" (it takes none).
    `width` is the number of twelfths of the page it fills.
    """

    on: str
    url_name: str
    width: int = 12
    order: int = 0
    permission: str = "workspace.view"


def _nothing_handed_on(cycle: Cycle) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Stage:
    """One stage, as its app describes it.

    `gate(cycle)` lists what keeps the stage from being left. `handoff(cycle)` returns what it
    hands on, frozen as JSON in the StageChange. `left(cycle, following, by)` does what leaving
    it entails; `following` is the next cycle where leaving closes this one. `begun()` gives a new
    workspace, in its scope, what the stage cannot do without.
    """

    key: Cycle.Stage
    url_name: str
    gate: Callable[[Cycle], list[Blocker]]
    summary: Callable[[Cycle], Summary]
    handoff: Callable[[Cycle], dict[str, Any]] = _nothing_handed_on
    left: Callable[[Cycle, Cycle | None, Membership | None], None] | None = None
    entered: Callable[[Cycle, Membership | None], None] | None = None
    begun: Callable[[], None] | None = None
    panels: tuple[Panel, ...] = field(default=())

    @property
    def label(self) -> str:
        """The stage's name as people read it."""
        return str(self.key.label)


_stages: dict[str, Stage] = {}


def register(stage: Stage) -> None:
    """Make a stage known to the kernel."""
    _stages[stage.key] = stage


def stage(key: str) -> Stage:
    """Return a registered stage; raises `KeyError`."""
    return _stages[key]


def stages() -> list[Stage]:
    """Return the registered stages in the cycle's order."""
    return [_stages[key] for key in ORDER if key in _stages]


def panels(on: str) -> list[Panel]:
    """Return the panels that all stages offer to a page, in their order."""
    found = [panel for stage in stages() for panel in stage.panels if panel.on == on]
    return sorted(found, key=lambda panel: panel.order)


def following(key: str) -> Cycle.Stage:
    """Return the stage after this one; after Optimize the cycle is closed."""
    place = ORDER.index(Cycle.Stage(key))
    return ORDER[place + 1] if place + 1 < len(ORDER) else Cycle.Stage.CLOSED
