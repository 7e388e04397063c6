"""Addresses of the app's pages, below /w/<workspace>/."""

from django.urls import path

from plan.views import objectives, overview, programs, scenarios, sheet

app_name = "plan"

urlpatterns = [
    path("plan/", overview.plan, name="plan"),
    path("plan/approvals/", overview.approvals, name="approvals"),
    path("plan/cycles/<int:pk>/", sheet.cycle, name="cycle"),
    path("plan/cycles/<int:pk>/compare/", overview.compare, name="compare"),
    path("plan/cycles/<int:pk>/scenarios/new/", scenarios.new, name="new_scenario"),
    path("plan/cycles/<int:pk>/objectives/new/", objectives.new, name="new_objective"),
    path("plan/objectives/<int:pk>/", objectives.edit, name="objective"),
    path("plan/objectives/<int:pk>/remove/", objectives.remove, name="remove_objective"),
    path("plan/scenarios/<int:pk>/", sheet.scenario, name="scenario"),
    path("plan/scenarios/<int:pk>/rename/", scenarios.rename, name="rename_scenario"),
    path("plan/scenarios/<int:pk>/remove/", scenarios.remove, name="remove_scenario"),
    path("plan/scenarios/<int:pk>/clone/", scenarios.clone, name="clone"),
    path("plan/scenarios/<int:pk>/propose/", scenarios.propose, name="propose"),
    path("plan/scenarios/<int:pk>/take-back/", scenarios.take_back, name="take_back"),
    path("plan/scenarios/<int:pk>/approve/", scenarios.approve, name="approve"),
    path("plan/scenarios/<int:pk>/send-back/", scenarios.send_back, name="send_back"),
    path("plan/scenarios/<int:pk>/programs/add/", programs.add, name="add_program"),
    path("plan/scenarios/<int:pk>/programs/new/", programs.new_within, name="new_program_within"),
    path("plan/intended/<int:pk>/", programs.intended, name="program_plan"),
    path("plan/intended/<int:pk>/remove/", programs.take_out, name="remove_program_plan"),
    path("plan/intended/<int:pk>/value/", scenarios.value_guard, name="value_guard"),
    path("plan/programs/", programs.programs, name="programs"),
    path("plan/programs/new/", programs.new, name="new_program"),
    path("plan/programs/<int:pk>/", programs.program, name="program"),
    path("plan/programs/<int:pk>/remove/", programs.remove, name="remove_program"),
]
