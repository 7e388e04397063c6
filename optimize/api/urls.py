"""Addresses of the app's part of the API, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from optimize.api import experiments, reports, views

router = SimpleRouter(trailing_slash=True)
router.register("report", reports.ReportView, basename="api-report")
router.register("recommendations", views.RecommendationView)
router.register("experiments", experiments.ExperimentView)
router.register("periods", views.PeriodView)
router.register("measurement", views.MeasurementView, basename="measurement")

urlpatterns = router.urls
