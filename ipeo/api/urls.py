"""The API's addresses: each app adds its own."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    *(path("", include(f"{app}.api.urls")) for app in ("insight", "plan", "execute", "optimize")),
]
