"""Addresses of the app's pages, below /w/<workspace>/."""

from django.urls import URLPattern

app_name = "execute"
urlpatterns: list[URLPattern] = []
