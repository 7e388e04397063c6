"""What a program needs before its launch: the things it names, and what is made for it."""

from __future__ import annotations

from dataclasses import dataclass

from plan.models import ProgramPlan
from plan.queries.later import MaterialState, materials_of, named_materials


@dataclass(frozen=True)
class Ready:
    """What a program needs before its launch, and what of it is approved."""

    states: list[MaterialState]

    @property
    def missing(self) -> list[MaterialState]:
        """What is not approved yet."""
        return [one for one in self.states if not one.is_approved]

    @property
    def is_ready(self) -> bool:
        """Whether nothing that it needs is missing."""
        return not self.missing

    @property
    def says(self) -> str:
        """What is missing, in words; empty where nothing is."""
        names = [f"“{one.name}”" for one in self.missing]
        if len(names) < 2:
            return f"{names[0]} is not approved" if names else ""
        return f"{', '.join(names[:-1])} and {names[-1]} are not approved"


def readiness_of(plans: list[ProgramPlan]) -> dict[int, Ready]:
    """Return what each planned program needs, by its id: the named things and what is made.

    A thing that is named counts as approved once a material of that name is.
    """
    made = materials_of(sorted({plan.program_id for plan in plans}))
    named = named_materials([(plan.program_id, name) for plan in plans for name in plan.materials])
    found = {}
    for plan in plans:
        states = {state.name.lower(): state for state in made.get(plan.program_id, [])}
        for name in plan.materials:
            states.setdefault(name.lower(), named[plan.program_id, name.lower()])
        found[plan.pk] = Ready(list(states.values()))
    return found
