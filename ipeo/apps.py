"""The app's place in the project."""

from django.apps import AppConfig


class IpeoConfig(AppConfig):
    """The kernel."""

    name = "ipeo"
    verbose_name = "The kernel"
