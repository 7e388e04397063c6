"""The app's place in the project."""

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """Insight."""

    name = "insight"
    verbose_name = "Insight"
