"""Addresses of the app's part of the API, below /api/v1/."""

from rest_framework.routers import SimpleRouter

from insight.api import curves, evidence, research, views

router = SimpleRouter(trailing_slash=True)
router.register("products", views.ProductView, basename="api-product")
router.register("channels", views.ChannelView, basename="api-channel")
router.register("accounts", views.AccountView, basename="api-account")
router.register("contacts", views.ContactView, basename="api-contact")
router.register("audiences", views.AudienceView, basename="api-audience")
router.register("competitors", views.CompetitorView, basename="api-competitor")
router.register("competitor-moves", views.CompetitorMoveView, basename="api-competitor-move")
router.register("brand-stories", views.BrandStoryView, basename="api-brand-story")
router.register("proof-points", views.ProofPointView, basename="api-proof-point")
router.register("studies", research.StudyView, basename="api-study")
router.register("study-answers", research.AnswerView, basename="api-study-answer")
router.register("study-links", research.FormView, basename="api-study-link")
router.register("mindset-waves", research.WaveView, basename="api-mindset-wave")
router.register("battlecards", research.BattlecardView, basename="api-battlecard")
router.register("market-health", research.MarketView, basename="api-market-health")
router.register("finding-evidence", evidence.EvidenceView, basename="api-finding-evidence")
router.register("audience-overlaps", evidence.OverlapView, basename="api-audience-overlap")
router.register("audience-segments", evidence.SegmentView, basename="api-audience-segment")
router.register("findings", views.FindingView, basename="api-finding")
router.register("response-curves", curves.ResponseCurveView, basename="api-response-curve")

urlpatterns = router.urls
