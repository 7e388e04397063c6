"""The demonstration's place in the project."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demonstration: it stands above the stages, and nothing imports it."""

    name = "demo"
    verbose_name = "Demonstration"
