"""Addresses that need no sign-in: the link in each digest that stops it."""

from django.urls import URLPattern, path

from optimize.views.digests import stop_digest

urlpatterns: list[URLPattern] = [path("digests/<str:token>/stop/", stop_digest, name="stop_digest")]
