"""Addresses of the app's pages, below /w/<workspace>/."""

from django.urls import URLPattern

app_name = "plan"
urlpatterns: list[URLPattern] = []
