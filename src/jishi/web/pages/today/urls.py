"""Addresses of the area `today`."""

from __future__ import annotations

from django.urls import URLPattern, path

from jishi.web.pages.today import views


urlpatterns: list[URLPattern] = [path("", views.today, name="today")]
