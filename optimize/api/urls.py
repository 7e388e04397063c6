"""Addresses of the app's part of the API, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from optimize.api import experiments, pacing, reports, views, wear

router = SimpleRouter(trailing_slash=True)
router.register("report", reports.ReportView, basename="api-report")
router.register("credits", reports.CreditView, basename="api-credits")
router.register("models", reports.ComparisonView, basename="api-models")
router.register("recommendations", views.RecommendationView)
router.register("experiments", experiments.ExperimentView)
router.register("pacing", pacing.PacingView, basename="pacing")
router.register("periods", views.PeriodView)
router.register("measurement", views.MeasurementView, basename="measurement")
router.register("wear", wear.WearView, basename="api-wear")
router.register("wear-cells", wear.WearCellView, basename="api-wear-cell")
router.register("price", wear.PriceView, basename="api-price")
router.register("wins", wear.WinsView, basename="api-wins")

urlpatterns = router.urls
