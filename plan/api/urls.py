"""Addresses of the app's part of the API, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from plan.api import planning, views

router = SimpleRouter(trailing_slash=True)
router.register("objectives", views.ObjectiveView)
router.register("scenarios", views.ScenarioView)
router.register("programs", views.ProgramView)
router.register("program-plans", views.ProgramPlanView)
router.register("budget-lines", views.BudgetLineView)
router.register("approvals", views.ApprovalView)
router.register("forecasts", views.ForecastView)
router.register("allocations", planning.AllocationView)
router.register("scenario-comments", planning.CommentView)
router.register("program-templates", planning.ProgramTemplateView)

urlpatterns = router.urls
