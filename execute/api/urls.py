"""Addresses of the app's part of the API, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from execute.api import (
    approvals,
    bulk,
    imports,
    launches,
    links,
    materials,
    money,
    reviews,
    tasks,
    views,
)

router = SimpleRouter(trailing_slash=True)
# Before the rows one by one, whose addresses begin alike.
router.register("touches/bulk", bulk.BulkTouchView, basename="api-bulk-touch")
router.register("deals/bulk", bulk.BulkDealView, basename="api-bulk-deal")
router.register("expenses/bulk", bulk.BulkExpenseView, basename="api-bulk-expense")
router.register("deals", views.DealView, basename="api-deal")
router.register("deal-stages", views.DealStageView, basename="api-deal-stage")
router.register("deal-stage-changes", views.StageMoveView, basename="api-deal-stage-change")
router.register("drivers", views.DriverView, basename="api-driver")
router.register("touches", views.TouchView, basename="api-touch")
router.register("tasks", tasks.TaskView, basename="api-task")
router.register("task-templates", tasks.TaskTemplateView, basename="api-task-template")
router.register("handoffs", tasks.HandoffView, basename="api-handoff")
router.register("calendar-feeds", tasks.CalendarFeedView, basename="api-calendar-feed")
router.register("materials", materials.MaterialView, basename="api-material")
router.register("material-versions", materials.MaterialVersionView, basename="api-material-version")
router.register("launches", launches.LaunchView, basename="api-launch")
router.register("expenses", money.ExpenseView, basename="api-expense")
router.register("exchange-rates", money.ExchangeRateView, basename="api-exchange-rate")
router.register("spend-rules", money.SpendRuleView, basename="api-spend-rule")
router.register("links", links.LinkView, basename="api-link")
router.register("naming-rules", links.NamingRuleView, basename="api-naming-rule")
router.register(
    "discount-approvals", approvals.DiscountApprovalView, basename="api-discount-approval"
)
router.register("buyer-reviews", reviews.BuyerReviewView, basename="api-buyer-review")
# The importer's resources: below.
router.register("imports", imports.ImportView, basename="api-import")
router.register("import-mappings", imports.ImportMappingView, basename="api-import-mapping")

urlpatterns = router.urls
