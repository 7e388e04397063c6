"""Addresses of the app's part of the API, below /api/v1/."""

from rest_framework.routers import SimpleRouter

router = SimpleRouter(trailing_slash=True)

urlpatterns = router.urls
