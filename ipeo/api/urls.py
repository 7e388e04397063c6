"""The API's addresses: each app adds its own."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from ipeo.api import index, invitations, resources, saved_views, webhooks

router = SimpleRouter()
router.register("workspace", resources.WorkspaceView, basename="api-workspace")
router.register("members", resources.MemberView, basename="api-member")
router.register("invitations", invitations.InvitationView, basename="api-invitation")
router.register("campaigns", resources.CampaignView, basename="api-campaign")
router.register("cycles", resources.CycleView, basename="api-cycle")
router.register("stage-changes", resources.StageChangeView, basename="api-stage-change")
router.register("webhooks", webhooks.EndpointView, basename="api-webhook")
router.register("webhook-deliveries", webhooks.DeliveryView, basename="api-webhook-delivery")
router.register("runs", resources.RunView, basename="api-run")
router.register("saved-views", saved_views.SavedViewView, basename="api-saved-view")

urlpatterns = [
    path("", index.IndexView.as_view(), name="api-index"),
    path("schema/", SpectacularAPIView.as_view(permission_classes=[]), name="api-schema"),
    *router.urls,
    *(path("", include(f"{app}.api.urls")) for app in ("insight", "plan", "execute", "optimize")),
    re_path("", index.NothingView.as_view(), name="api-nothing"),
]
