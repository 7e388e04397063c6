"""The kernel's pages."""

from django.urls import include, path

from ipeo.views import campaigns, gallery, installing, invitations, start, webhooks, workspace

app_name = "ipeo"

inside = [
    path("", campaigns.home, name="home"),
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/new/", campaigns.new_campaign, name="new_campaign"),
    path("campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:pk>/cycles/<int:number>/", campaigns.campaign, name="cycle"),
    path("campaigns/<int:pk>/edit/", campaigns.edit_campaign, name="edit_campaign"),
    path("campaigns/<int:pk>/history/", campaigns.history, name="history"),
    path("cycles/<int:pk>/advance/", campaigns.advance, name="advance"),
    path("settings/", workspace.settings, name="settings"),
    path("members/", workspace.members, name="members"),
    path("members/<int:pk>/", workspace.member, name="member"),
    path("members/invitations/<int:pk>/again/", invitations.again, name="invitation_again"),
    path(
        "members/invitations/<int:pk>/withdraw/",
        invitations.withdraw,
        name="invitation_withdraw",
    ),
    path("tokens/", workspace.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", workspace.revoke_token, name="revoke_token"),
    path("webhooks/", webhooks.webhooks, name="webhooks"),
    path("webhooks/<int:pk>/", webhooks.webhook, name="webhook"),
    path("webhooks/<int:pk>/secret/", webhooks.webhook_secret, name="webhook_secret"),
    path("webhooks/<int:pk>/switch/", webhooks.webhook_switch, name="webhook_switch"),
    path("webhooks/<int:pk>/test/", webhooks.webhook_test, name="webhook_test"),
    path("webhooks/<int:pk>/remove/", webhooks.webhook_remove, name="webhook_remove"),
    path("webhooks/deliveries/<int:pk>/", webhooks.webhook_delivery, name="webhook_delivery"),
    path("runs/<int:pk>/", workspace.run, name="run"),
    path("audit/", workspace.audit, name="audit"),
]

urlpatterns = [
    path("", start.start, name="start"),
    path("workspaces/new/", start.new_workspace, name="new_workspace"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("app.webmanifest", installing.manifest, name="manifest"),
    path("service-worker.js", installing.service_worker, name="service_worker"),
    path("no-network/", installing.no_network, name="no_network"),
    path("w/<slug:workspace>/", include(inside)),
]
