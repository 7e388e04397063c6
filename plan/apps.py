"""The app's place in the project."""

from django.apps import AppConfig


class PlanConfig(AppConfig):
    """Plan."""

    name = "plan"
    verbose_name = "Plan"
