"""Addresses of the app's pages, below /w/<workspace>/."""

from django.urls import URLPattern, path

from optimize.views import (
    curves,
    cycles,
    decisions,
    digests,
    experiments,
    exports,
    measuring,
    models,
    overview,
    pacing,
    panels,
    prices,
    programs,
    snapshots,
    wins,
)

app_name = "optimize"
urlpatterns: list[URLPattern] = [
    path("optimize/", overview.optimize, name="optimize"),
    path("optimize/export.csv", overview.export, name="export"),
    path("optimize/exports/home/<str:form>/", exports.home, name="export_home"),
    path("optimize/exports/overview/<str:form>/", exports.overview, name="export_overview"),
    path("optimize/exports/cycles/<int:pk>/<str:form>/", exports.cycle, name="export_cycle"),
    path("optimize/exports/funnels/<int:pk>/<str:form>/", exports.funnel, name="export_funnel"),
    path("optimize/exports/programs/<int:pk>/<str:form>/", exports.program, name="export_program"),
    path("optimize/digest/", digests.digest, name="digest"),
    path("optimize/models/", models.models, name="models"),
    path("optimize/measure/", measuring.measure, name="measure"),
    path("optimize/measure/<int:pk>/", measuring.measuring, name="measuring"),
    path("optimize/figures/", panels.home_figures, name="home_figures"),
    path("optimize/money/", panels.home_money, name="home_money"),
    path("optimize/next/", panels.home_next, name="home_next"),
    path("optimize/cycles/<int:pk>/", cycles.cycle, name="cycle"),
    path("optimize/cycles/<int:pk>/close/", cycles.close_period, name="close_period"),
    path("optimize/cycles/<int:pk>/pacing/", pacing.pacing, name="pacing"),
    path("optimize/cycles/<int:pk>/figures/", panels.figures, name="figures"),
    path("optimize/cycles/<int:pk>/funnel/", panels.funnel, name="funnel"),
    path("optimize/cycles/<int:pk>/buyers/<int:number>/", panels.buyers, name="buyers"),
    path("optimize/cycles/<int:pk>/next/", panels.next_steps, name="next_steps"),
    path("optimize/cycles/<int:pk>/efficacy/", panels.efficacy, name="efficacy"),
    path("optimize/programs/<int:pk>/", cycles.program, name="program"),
    path("optimize/programs/<int:pk>/wear/", programs.wear, name="wear"),
    path("optimize/wear/", programs.wearing, name="wearing"),
    path("optimize/curves/", curves.curves, name="curves"),
    path("optimize/curves/<int:pk>/", curves.curve, name="curve"),
    path("optimize/curves/fits/<int:pk>/", curves.fitting, name="fitting"),
    path("optimize/price/", prices.price, name="price"),
    path("optimize/wins/", wins.wins, name="wins"),
    path("optimize/evidence/<int:pk>/", snapshots.snapshot, name="snapshot"),
    path("optimize/experiments/", experiments.experiments, name="experiments"),
    path("optimize/experiments/new/", experiments.new_experiment, name="new_experiment"),
    path("optimize/experiments/check/", experiments.check_design, name="check_design"),
    path("optimize/experiments/<int:pk>/", experiments.experiment, name="experiment"),
    path(
        "optimize/experiments/<int:pk>/edit/", experiments.edit_experiment, name="edit_experiment"
    ),
    path(
        "optimize/experiments/<int:pk>/start/",
        experiments.start_experiment,
        name="start_experiment",
    ),
    path(
        "optimize/experiments/<int:pk>/delete/",
        experiments.delete_experiment,
        name="delete_experiment",
    ),
    path(
        "optimize/experiments/<int:pk>/list/", experiments.experiment_list, name="experiment_list"
    ),
    path(
        "optimize/experiments/<int:pk>/split.csv",
        experiments.experiment_export,
        name="experiment_export",
    ),
    path("optimize/recommendations/<int:pk>/", decisions.recommendation, name="recommendation"),
]
