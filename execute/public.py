"""Addresses of Execute that are open to everybody."""

from django.urls import path

from execute.views.feeds import calendar
from execute.views.redirects import follow
from execute.views.reviews import buyer_review

urlpatterns = [
    path("review/<str:secret>/", buyer_review, name="buyer_review"),
    path("calendars/<str:token>.ics", calendar, name="calendar_feed"),
    path("l/<str:code>", follow, name="follow_link"),
    path("l/<str:code>/<str:person>", follow, name="follow_personal_link"),
]
