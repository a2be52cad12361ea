"""Addresses of the area `shell`."""

from __future__ import annotations

from django.urls import URLPattern


urlpatterns: list[URLPattern] = []
