"""The app's place in the project."""

from django.apps import AppConfig


class ExecuteConfig(AppConfig):
    """Execute."""

    name = "execute"
    verbose_name = "Execute"
