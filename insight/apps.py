"""The app's place in the project."""

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """Insight."""

    name = "insight"
    verbose_name = "Insight"

    def ready(self) -> None:
        """Make the stage and its pages known."""
        from insight import registry
        from insight.actions.findings import enter_insight
        from insight.actions.segments import find_segments
        from insight.queries import exhibits
        from insight.queries.segments import KIND
        from insight.queries.stage import gate, handoff, summary
        from ipeo import navigation, runs, stages
        from ipeo.models import Cycle

        registry.register_exhibit("insight:audience", exhibits.audience_shown)
        registry.register_exhibit("insight:market", exhibits.market_shown)
        registry.register_exhibit("insight:study", exhibits.study_shown)
        runs.register(KIND, find_segments)
        stages.register(
            stages.Stage(
                key=Cycle.Stage.INSIGHT,
                url_name="insight:cycle",
                gate=gate,
                summary=summary,
                handoff=handoff,
                entered=enter_insight,
            )
        )
        navigation.register(
            navigation.Entry(
                group="The cycle",
                label="Insight",
                url_name="insight:insight",
                permission="insight.view",
                order=10,
                stage="insight",
                also=(
                    "insight:cycle",
                    "insight:findings",
                    "insight:new_finding",
                    "insight:finding",
                    "insight:edit_finding",
                    "insight:dispose",
                    "insight:renew_finding",
                    "insight:new_evidence",
                    "insight:audiences",
                    "insight:compare_audiences",
                    "insight:segments",
                    "insight:new_audience",
                    "insight:audience",
                    "insight:edit_audience",
                    "insight:story",
                    "insight:edit_story",
                    "insight:story_version",
                    "insight:edit_proof_point",
                    "insight:rivals",
                    "insight:battlecard",
                    "insight:edit_card",
                    "insight:card_version",
                    "insight:market",
                    "insight:new_rival",
                    "insight:rival",
                    "insight:edit_rival",
                    "insight:edit_move",
                    "insight:research",
                    "insight:new_study",
                    "insight:study",
                    "insight:edit_study",
                    "insight:new_wave",
                    "insight:edit_wave",
                    "insight:import_answers",
                    "insight:answer_columns",
                    "insight:add_interview",
                    "insight:ask_people",
                    "insight:products",
                    "insight:new_product",
                    "insight:edit_product",
                    "insight:channels",
                    "insight:new_channel",
                    "insight:edit_channel",
                ),
            ),
            navigation.Entry(
                group="Data",
                label="Accounts",
                url_name="insight:accounts",
                permission="insight.view",
                order=5,
                icon="building",
                also=(
                    "insight:new_account",
                    "insight:account",
                    "insight:edit_account",
                    "insight:contacts",
                    "insight:new_contact",
                    "insight:contact",
                    "insight:edit_contact",
                ),
            ),
        )
