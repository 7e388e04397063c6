"""Addresses of the app's pages, below /w/<workspace>/."""

from django.urls import URLPattern, path

from execute.views import (
    board,
    deals,
    expenses,
    imports,
    materials,
    outcomes,
    overview,
    panels,
    reps,
    settings,
    tasks,
)

app_name = "execute"
urlpatterns: list[URLPattern] = [
    path("execute/", overview.execute, name="execute"),
    path("execute/cycles/<int:pk>/", overview.cycle, name="cycle"),
    path("mine/", overview.mine, name="mine"),
    path("deals/", deals.deals, name="deals"),
    path("deals/board/", board.board, name="board"),
    path("deals/new/", deals.new_deal, name="new_deal"),
    path("deals/<int:pk>/", deals.deal, name="deal"),
    path("deals/<int:pk>/edit/", deals.edit_deal, name="edit_deal"),
    path("deals/<int:pk>/move/", board.move, name="move_deal"),
    path("deals/<int:pk>/outcome/", outcomes.outcome, name="outcome"),
    path("deals/<int:pk>/outcome/logged/", outcomes.outcome_logged, name="outcome_logged"),
    path("deals/stages/", settings.stages, name="stages"),
    path("deals/drivers/", settings.drivers, name="drivers"),
    path("deals/reps/", reps.reps, name="reps"),
    path("deals/reps/<int:pk>/claim/", reps.claim, name="claim"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/new/", tasks.new_task, name="new_task"),
    path("tasks/<int:pk>/", tasks.edit_task, name="edit_task"),
    path("tasks/<int:pk>/state/", tasks.state, name="task_state"),
    path("expenses/", expenses.expenses, name="expenses"),
    path("expenses/new/", expenses.new_expense, name="new_expense"),
    path("expenses/restore/", expenses.restore, name="restore_expense"),
    path("expenses/<int:pk>/", expenses.edit_expense, name="edit_expense"),
    path("expenses/<int:pk>/delete/", expenses.delete, name="delete_expense"),
    path("materials/", materials.materials, name="materials"),
    path("materials/new/", materials.new_material, name="new_material"),
    path("materials/<int:pk>/", materials.edit_material, name="edit_material"),
    path("materials/<int:pk>/approve/", materials.approve, name="approve_material"),
    path("materials/<int:pk>/retire/", materials.retire, name="retire_material"),
    path("execute/cycles/<int:pk>/spend/", panels.spend, name="spend_panel"),
    path("execute/cycles/<int:pk>/money/", panels.money, name="money_panel"),
    path("execute/past-due/", panels.past_due_panel, name="past_due_panel"),
    # The importer's pages: below.
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.import_new, name="import_new"),
    path("imports/<int:pk>/", imports.import_page, name="import"),
    path("imports/<int:pk>/refused.csv", imports.refused, name="import_refused"),
]
