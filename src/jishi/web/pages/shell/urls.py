"""Addresses that every page uses: search, explanations, preferences, health."""

from __future__ import annotations

from django.urls import URLPattern, path

from jishi.web.pages.shell import views


urlpatterns: list[URLPattern] = [
    path("palette/", views.palette, name="palette"),
    path("explain/", views.explain, name="explain"),
    path("work/", views.work, name="work"),
    path("preferences/", views.preferences, name="preferences"),
    path("catalogue/", views.catalogue, name="catalogue"),
    path("healthz", views.healthz, name="healthz"),
]
