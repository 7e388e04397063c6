"""What Plan tells Insight: the programs whose messages name a proof point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from insight.registry import Use
from ipeo.navigation import link
from plan.models import PlanProof


def uses_of_proofs(proof_points: Sequence[int]) -> dict[int, list[Use]]:
    """Return the programs that name each proof point in any scenario, each once, by name."""
    found: dict[int, list[Use]] = defaultdict(list)
    rows = (
        PlanProof.objects.filter(proof_point__in=proof_points)
        .values_list("proof_point_id", "program_plan__program_id", "program_plan__program__name")
        .order_by("program_plan__program__name")
        .distinct()
    )
    for point, program, name in rows:
        found[point].append(Use(name, "program", link("plan:program", program)))
    return found
