"""The app's place in the project."""

from django.apps import AppConfig


class ExecuteConfig(AppConfig):
    """Execute."""

    name = "execute"
    verbose_name = "Execute"

    def ready(self) -> None:
        """Make the stage, its pages and the importer's work known."""
        from execute.actions.imports.files import RUN_KIND, import_file
        from execute.actions.imports.undoing import UNDO_KIND, undo_import
        from execute.forms.exhibits import deal_set
        from execute.queries.deeds import FIELDS
        from execute.queries.launches import launch_states
        from execute.queries.planning import (
            materials_by_program,
            money_by_cell,
            named_materials,
            sales_capacity,
        )
        from execute.queries.tables import read_table
        from execute.queries.told import driver_names, market_facts, uses_of_proofs
        from insight import registry
        from insight.queries import fields
        from ipeo import runs, tables
        from plan.queries import later

        later.register_money(money_by_cell)
        later.register_materials(materials_by_program)
        later.register_named_materials(named_materials)
        later.register_launches(launch_states)
        later.register_capacity(sales_capacity)
        tables.register(read_table)
        registry.register_drivers(driver_names)
        registry.register_exhibit("execute:deals", deal_set)
        registry.register_uses(uses_of_proofs)
        registry.register_market(market_facts)
        fields.register(FIELDS)
        runs.register(RUN_KIND, import_file)
        runs.register(UNDO_KIND, undo_import)
        _register_stage()
        _register_entries()


def _register_stage() -> None:
    from execute.actions.setup import ensure_defaults
    from execute.queries.stage import gate, handoff, summary
    from ipeo import stages
    from ipeo.models import Cycle

    stages.register(
        stages.Stage(
            key=Cycle.Stage.EXECUTE,
            url_name="execute:cycle",
            gate=gate,
            summary=summary,
            handoff=handoff,
            begun=ensure_defaults,
            panels=(
                stages.Panel(
                    on="campaign",
                    url_name="execute:spend_panel",
                    width=7,
                    order=40,
                    permission="expenses.view",
                ),
                stages.Panel(
                    on="home",
                    url_name="execute:past_due_panel",
                    width=12,
                    order=20,
                    permission="deals.view",
                ),
                stages.Panel(
                    on="home",
                    url_name="execute:discounts_panel",
                    width=6,
                    order=45,
                    permission="discounts.approve",
                ),
                stages.Panel(
                    on="program",
                    url_name="execute:program_links",
                    permission="links.view",
                ),
                stages.Panel(
                    on="audience",
                    url_name="execute:audience_deals",
                    order=10,
                    permission="deals.view",
                ),
                stages.Panel(
                    on="competitor",
                    url_name="execute:competitor_deals",
                    permission="deals.view",
                ),
            ),
        )
    )


def _register_entries() -> None:
    from ipeo import navigation

    navigation.register(
        navigation.Entry(
            group="",
            label="Deals",
            url_name="execute:deals",
            permission="deals.view",
            order=30,
            icon="deals",
            also=(
                "execute:board",
                "execute:deal",
                "execute:new_deal",
                "execute:edit_deal",
                "execute:outcome",
                "execute:outcome_logged",
                "execute:discounts",
                "execute:discount",
                "execute:ask_discount",
                "execute:reviews",
                "execute:ask_buyer",
                "execute:stages",
                "execute:drivers",
                "execute:reps",
            ),
        ),
        navigation.Entry(
            group="",
            label="Tasks",
            url_name="execute:tasks",
            permission="tasks.view",
            order=40,
            icon="tasks",
            also=(
                "execute:new_task",
                "execute:edit_task",
                "execute:task_board",
                "execute:task_month",
                "execute:handoffs",
                "execute:task_templates",
                "execute:new_template",
                "execute:edit_template",
                "execute:feeds",
            ),
        ),
        navigation.Entry(
            group="The cycle",
            label="Execute",
            url_name="execute:execute",
            permission="deals.view",
            order=30,
            stage="execute",
            also=("execute:cycle", "execute:launches", "execute:launch"),
        ),
        navigation.Entry(
            group="Data",
            label="Expenses",
            url_name="execute:expenses",
            permission="expenses.view",
            order=20,
            icon="wallet",
            also=(
                "execute:new_expense",
                "execute:edit_expense",
                "execute:invoice",
                "execute:rates",
                "execute:rules",
                "execute:new_rule",
                "execute:rule",
            ),
        ),
        navigation.Entry(
            group="Data",
            label="Touches",
            url_name="execute:touches",
            permission="touches.view",
            order=22,
            icon="people",
        ),
        navigation.Entry(
            group="Data",
            label="Links",
            url_name="execute:links",
            permission="links.view",
            order=25,
            icon="link",
            also=(
                "execute:link",
                "execute:new_link",
                "execute:edit_link",
                "execute:naming",
                "execute:program_links",
            ),
        ),
        navigation.Entry(
            group="Data",
            label="Materials",
            url_name="execute:materials",
            permission="materials.view",
            order=30,
            icon="file",
            also=(
                "execute:material",
                "execute:new_material",
                "execute:edit_material",
                "execute:new_version",
            ),
        ),
        navigation.Entry(
            group="Data",
            label="Imports",
            url_name="execute:imports",
            permission="imports.view",
            order=10,
            icon="import",
            also=("execute:import_new", "execute:import", "execute:import_mappings"),
        ),
    )
