"""The app's place in the project."""

from django.apps import AppConfig


class OptimizeConfig(AppConfig):
    """Optimize."""

    name = "optimize"
    verbose_name = "Optimize"

    def ready(self) -> None:
        """Make the measurement known."""
        from ipeo import runs
        from optimize.actions import recompute

        runs.register(recompute.KIND, recompute.perform)
