"""Addresses of Insight that are open to everybody."""

from django.urls import path

from insight.views.answers import asked

urlpatterns = [path("ask/<str:secret>/", asked, name="asked")]
