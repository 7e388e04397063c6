"""Addresses of the app's pages, below /w/<workspace>/."""

from django.urls import include, path

from insight.views import (
    accounts,
    answers,
    audiences,
    catalog,
    findings,
    overview,
    research,
    rivals,
    stories,
)

app_name = "insight"

pages = [
    path("", overview.insight, name="insight"),
    path("cycles/<int:pk>/", overview.cycle, name="cycle"),
    path("findings/", findings.findings, name="findings"),
    path("findings/new/", findings.new_finding, name="new_finding"),
    path("findings/<int:pk>/", findings.finding, name="finding"),
    path("findings/<int:pk>/edit/", findings.edit_finding, name="edit_finding"),
    path("findings/<int:pk>/remove/", findings.remove_finding, name="remove_finding"),
    path("findings/<int:pk>/decide/<int:cycle_pk>/", findings.dispose, name="dispose"),
    path("research/", research.research, name="research"),
    path("research/new/", research.new_study, name="new_study"),
    path("research/<int:pk>/", research.study, name="study"),
    path("research/<int:pk>/edit/", research.edit_study, name="edit_study"),
    path("research/<int:pk>/waves/new/", research.new_wave, name="new_wave"),
    path("research/waves/<int:pk>/", research.edit_wave, name="edit_wave"),
    path("research/<int:pk>/answers/", answers.import_answers, name="import_answers"),
    path("research/<int:pk>/answers/<str:digest>/", answers.answer_columns, name="answer_columns"),
    path("research/<int:pk>/interview/", answers.add_interview, name="add_interview"),
    path("research/<int:pk>/ask/", answers.ask_people, name="ask_people"),
    path("research/links/<int:pk>/revoke/", answers.revoke_study_form, name="revoke_study_form"),
    path("audiences/", audiences.audiences, name="audiences"),
    path("audiences/new/", audiences.new_audience, name="new_audience"),
    path("audiences/<int:pk>/", audiences.audience, name="audience"),
    path("audiences/<int:pk>/edit/", audiences.edit_audience, name="edit_audience"),
    path("story/", stories.story, name="story"),
    path("story/edit/", stories.edit_story, name="edit_story"),
    path("story/versions/<int:version>/", stories.story_version, name="story_version"),
    path("proof-points/<int:pk>/", stories.edit_proof_point, name="edit_proof_point"),
    path("rivals/", rivals.rivals, name="rivals"),
    path("rivals/new/", rivals.new_rival, name="new_rival"),
    path("rivals/<int:pk>/", rivals.rival, name="rival"),
    path("rivals/<int:pk>/edit/", rivals.edit_rival, name="edit_rival"),
    path("moves/<int:pk>/", rivals.edit_move, name="edit_move"),
    path("products/", catalog.products, name="products"),
    path("products/new/", catalog.new_product, name="new_product"),
    path("products/<int:pk>/", catalog.edit_product, name="edit_product"),
    path("channels/", catalog.channels, name="channels"),
    path("channels/new/", catalog.new_channel, name="new_channel"),
    path("channels/<int:pk>/", catalog.edit_channel, name="edit_channel"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/new/", accounts.new_account, name="new_account"),
    path("accounts/options/", accounts.account_options, name="account_options"),
    path("accounts/<int:pk>/", accounts.account, name="account"),
    path("accounts/<int:pk>/edit/", accounts.edit_account, name="edit_account"),
    path("contacts/", accounts.contacts, name="contacts"),
    path("contacts/new/", accounts.new_contact, name="new_contact"),
    path("contacts/<int:pk>/", accounts.contact, name="contact"),
    path("contacts/<int:pk>/edit/", accounts.edit_contact, name="edit_contact"),
]

urlpatterns = [path("insight/", include(pages))]
