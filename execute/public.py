"""Addresses of Execute that are open to everybody."""

from django.urls import path

from execute.views.feeds import calendar
from execute.views.redirects import follow

urlpatterns = [
    path("calendars/<str:token>.ics", calendar, name="calendar_feed"),
    path("l/<str:code>", follow, name="follow_link"),
    path("l/<str:code>/<str:person>", follow, name="follow_personal_link"),
]
