"""The app's place in the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from ipeo.models import Cycle, Membership


class PlanConfig(AppConfig):
    """Plan."""

    name = "plan"
    verbose_name = "Plan"

    def ready(self) -> None:
        """Tell the kernel about the stage, its panels and its place in the navigation."""
        from insight import registry
        from ipeo import navigation, stages
        from ipeo.models import Cycle
        from plan.queries import handoff
        from plan.queries.told import uses_of_proofs

        registry.register_uses(uses_of_proofs)

        stages.register(
            stages.Stage(
                key=Cycle.Stage.PLAN,
                url_name="plan:cycle",
                gate=handoff.gate,
                summary=handoff.summary,
                handoff=handoff.handoff,
                entered=_begin_from_the_last_cycle,
                panels=(
                    stages.Panel(
                        on="home",
                        url_name="plan:approvals",
                        width=6,
                        order=30,
                        permission="plan.approve",
                    ),
                    stages.Panel(
                        on="audience",
                        url_name="plan:audience_programs",
                        order=20,
                        permission="plan.view",
                    ),
                ),
            )
        )
        navigation.register(
            navigation.Entry(
                group="The cycle",
                label="Plan",
                url_name="plan:plan",
                permission="plan.view",
                order=20,
                stage="plan",
                icon="plan",
                also=(
                    "plan:cycle",
                    "plan:scenario",
                    "plan:compare",
                    "plan:programs",
                    "plan:program",
                    "plan:program_plan",
                    "plan:value_guard",
                    "plan:approve",
                    "plan:propose",
                    "plan:suggestion",
                    "plan:timeline",
                    "plan:brief",
                    "plan:comments",
                    "plan:templates",
                    "plan:template",
                    "plan:begin_program",
                ),
            )
        )


def _begin_from_the_last_cycle(cycle: Cycle, by: Membership | None) -> None:
    from plan.actions.scenarios import begin_from_last_cycle

    begin_from_last_cycle(cycle=cycle)
