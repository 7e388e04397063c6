"""The app's place in the project."""

from django.apps import AppConfig


class ExecuteConfig(AppConfig):
    """Execute."""

    name = "execute"
    verbose_name = "Execute"

    def ready(self) -> None:
        """Say what does the work of an import."""
        from execute.actions.imports.files import RUN_KIND, import_file
        from ipeo import runs

        runs.register(RUN_KIND, import_file)
