"""Addresses of the app's pages, below /w/<workspace>/."""

from django.urls import URLPattern, path

from optimize.views import cycles, decisions, measuring, overview, panels

app_name = "optimize"
urlpatterns: list[URLPattern] = [
    path("optimize/", overview.optimize, name="optimize"),
    path("optimize/export.csv", overview.export, name="export"),
    path("optimize/measure/", measuring.measure, name="measure"),
    path("optimize/measure/<int:pk>/", measuring.measuring, name="measuring"),
    path("optimize/figures/", panels.home_figures, name="home_figures"),
    path("optimize/money/", panels.home_money, name="home_money"),
    path("optimize/next/", panels.home_next, name="home_next"),
    path("optimize/cycles/<int:pk>/", cycles.cycle, name="cycle"),
    path("optimize/cycles/<int:pk>/close/", cycles.close_period, name="close_period"),
    path("optimize/cycles/<int:pk>/figures/", panels.figures, name="figures"),
    path("optimize/cycles/<int:pk>/funnel/", panels.funnel, name="funnel"),
    path("optimize/cycles/<int:pk>/next/", panels.next_steps, name="next_steps"),
    path("optimize/cycles/<int:pk>/efficacy/", panels.efficacy, name="efficacy"),
    path("optimize/programs/<int:pk>/", cycles.program, name="program"),
    path("optimize/recommendations/<int:pk>/", decisions.recommendation, name="recommendation"),
]
