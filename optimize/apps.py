"""The app's place in the project."""

from __future__ import annotations

from django.apps import AppConfig


class OptimizeConfig(AppConfig):
    """Optimize."""

    name = "optimize"
    verbose_name = "Optimize"

    def ready(self) -> None:
        """Tell the kernel about the stage, its panels, its work and its place."""
        from execute.queries.behind import register_reader
        from insight.registry import register_exhibit
        from ipeo import navigation, runs, stages
        from ipeo.models import Cycle
        from ipeo.stages import Panel
        from optimize.actions import curves, digest, recompute
        from optimize.actions.learning import record_learnings
        from optimize.queries import behind, exhibits, stage
        from optimize.queries.discounts import past_discounts
        from optimize.queries.histories import histories_of
        from optimize.queries.results import results_of
        from plan.queries.evidence import register_history, register_results
        from plan.queries.later import register_discounts

        runs.register(recompute.KIND, recompute.perform)
        runs.register(digest.KIND, digest.perform)
        runs.register(curves.KIND, curves.perform)
        see = "optimize.view"
        stages.register(
            stages.Stage(
                key=Cycle.Stage.OPTIMIZE,
                url_name="optimize:cycle",
                gate=stage.gate,
                summary=stage.summary,
                handoff=stage.handoff,
                left=record_learnings,
                panels=(
                    Panel("home", "optimize:home_figures", 12, 10, see),
                    Panel("home", "optimize:home_next", 5, 15, see),
                    Panel("home", "optimize:home_money", 7, 16, see),
                    Panel("campaign", "optimize:figures", 12, 10, see),
                    Panel("campaign", "optimize:pacing", 12, 15, see),
                    Panel("objective", "optimize:pacing", 12, 15, see),
                    Panel("campaign", "optimize:funnel", 7, 20, see),
                    Panel("campaign", "optimize:next_steps", 5, 30, see),
                    Panel("campaign", "optimize:efficacy", 5, 50, see),
                ),
            )
        )
        register_history(histories_of)
        register_results(results_of)
        register_discounts(past_discounts)
        register_reader(behind.read)
        register_exhibit("optimize:optimize", exhibits.overview_shown)
        register_exhibit("optimize:cycle", exhibits.cycle_shown)
        register_exhibit("optimize:program", exhibits.program_shown)
        navigation.register(
            navigation.Entry(
                group="The cycle",
                label="Optimize",
                url_name="optimize:optimize",
                permission=see,
                order=40,
                stage="optimize",
                icon="optimize",
                also=(
                    "optimize:cycle",
                    "optimize:program",
                    "optimize:wear",
                    "optimize:wearing",
                    "optimize:price",
                    "optimize:curves",
                    "optimize:curve",
                    "optimize:wins",
                    "optimize:recommendation",
                    "optimize:funnel",
                    "optimize:efficacy",
                    "optimize:pacing",
                    "optimize:snapshot",
                    "optimize:measure",
                ),
            )
        )
        navigation.register(
            navigation.Entry(
                group="The cycle",
                label="Experiments",
                url_name="optimize:experiments",
                permission=see,
                order=45,
                icon="eye",
                also=(
                    "optimize:new_experiment",
                    "optimize:check_design",
                    "optimize:experiment",
                    "optimize:edit_experiment",
                ),
            )
        )
