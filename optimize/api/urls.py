"""Addresses of the app's part of the API, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from optimize.api import experiments, pacing, reports, views

router = SimpleRouter(trailing_slash=True)
router.register("report", reports.ReportView, basename="api-report")
router.register("models", reports.ComparisonView, basename="api-models")
router.register("recommendations", views.RecommendationView)
router.register("experiments", experiments.ExperimentView)
router.register("pacing", pacing.PacingView, basename="pacing")
router.register("periods", views.PeriodView)
router.register("measurement", views.MeasurementView, basename="measurement")

urlpatterns = router.urls
