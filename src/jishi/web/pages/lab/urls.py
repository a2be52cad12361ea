"""Addresses of the area `lab`."""

from __future__ import annotations

from django.urls import URLPattern, path

from jishi.web.pages.lab import views
from jishi.web.pages.lab.editing import views as editing


urlpatterns: list[URLPattern] = [
    path("lab/", views.lab, name="lab"),
    path("lab/preview/", views.preview, name="lab_preview"),
    path("lab/go/", views.go, name="lab_go"),
    path("lab/draft/", views.draft, name="lab_draft"),
    path("lab/scheme/", editing.scheme, name="lab_scheme"),
    path("lab/activate/", views.activate, name="lab_activate"),
    path("lab/retire/", views.retire, name="lab_retire"),
    path("lab/run/", views.run, name="lab_run"),
    path("lab/progress/", views.progress, name="lab_progress"),
]
