"""The kernel's pages."""

from django.urls import URLPattern

app_name = "ipeo"
urlpatterns: list[URLPattern] = []
