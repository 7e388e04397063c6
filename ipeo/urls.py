"""Every address: pages of a workspace under /w/<slug>/, the API under /api/v1/."""

from django.urls import include, path

from ipeo.views.health import healthz

handler429 = "ipeo.views.failures.too_often"  # allauth's, where a sign-in is held back
handler500 = "ipeo.views.failures.failed"

STAGES = ("insight", "plan", "execute", "optimize")

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("ipeo.api.urls")),
    path("", include("ipeo.pages")),
    path("", include("insight.public")),
    path("", include("execute.public")),
    path("", include("optimize.public")),
    *(path("w/<slug:workspace>/", include(f"{stage}.urls")) for stage in STAGES),
]
