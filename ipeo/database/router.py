"""Which connection may change the schema."""

from typing import Any


class OwnerMigrates:
    """Migrations run on `owner` alone: the application's role owns no table."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Allow migrations on the owner's connection only."""
        return db == "owner"
