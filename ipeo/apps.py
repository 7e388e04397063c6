"""The app's place in the project."""

from django.apps import AppConfig


class IpeoConfig(AppConfig):
    """The kernel."""

    name = "ipeo"
    verbose_name = "The kernel"

    def ready(self) -> None:
        """Add the kernel's lines to the navigation."""
        import ipeo.api.schema  # noqa: F401  # registers itself
        from ipeo import runs
        from ipeo.actions import invitations
        from ipeo.navigation import Entry, register

        runs.register(invitations.KIND, invitations.perform)
        register(
            Entry(
                "",
                "Home",
                "ipeo:home",
                "workspace.view",
                order=10,
                icon="home",
                also=("execute:mine",),  # a rep's home
            ),
            Entry(
                "",
                "Campaigns",
                "ipeo:campaigns",
                "campaigns.view",
                order=20,
                icon="campaigns",
                also=(
                    "ipeo:campaign",
                    "ipeo:cycle",
                    "ipeo:new_campaign",
                    "ipeo:edit_campaign",
                    "ipeo:history",
                    "ipeo:advance",
                ),
            ),
            Entry("Workspace", "Members", "ipeo:members", "members.view", order=10, icon="members"),
            Entry(
                "Workspace", "Settings", "ipeo:settings", "members.view", order=20, icon="settings"
            ),
            Entry("Workspace", "API tokens", "ipeo:tokens", "tokens.manage", order=30, icon="key"),
            Entry(
                "Workspace",
                "Webhooks",
                "ipeo:webhooks",
                "webhooks.view",
                order=35,
                icon="link",
                also=("ipeo:webhook", "ipeo:webhook_delivery", "ipeo:webhook_secret"),
            ),
            Entry("Workspace", "Audit log", "ipeo:audit", "audit.view", order=40, icon="audit"),
        )
