"""The kernel's rows: who, where, which campaign and cycle, and the work in the background."""

from ipeo.models.campaigns import Campaign, Cycle, StageChange
from ipeo.models.identity import Membership, Role, User, Workspace
from ipeo.models.invitations import Invitation
from ipeo.models.tenant import TenantModel
from ipeo.models.views import SavedView
from ipeo.models.webhooks import WebhookDelivery, WebhookEndpoint, WebhookEvent
from ipeo.models.work import ApiToken, AuditEvent, IdempotencyRecord, Run

__all__ = [
    "ApiToken",
    "AuditEvent",
    "Campaign",
    "Cycle",
    "IdempotencyRecord",
    "Invitation",
    "Membership",
    "Role",
    "Run",
    "SavedView",
    "StageChange",
    "TenantModel",
    "User",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
    "Workspace",
]
