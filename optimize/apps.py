"""The app's place in the project."""

from django.apps import AppConfig


class OptimizeConfig(AppConfig):
    """Optimize."""

    name = "optimize"
    verbose_name = "Optimize"
