"""Addresses of the area `settings`."""

from __future__ import annotations

from django.urls import URLPattern, path

from jishi.web.pages.settings import demo, people, teams, types, views


urlpatterns: list[URLPattern] = [
    path("language/", views.language, name="language"),
    path("settings/", views.preferences, name="settings"),
    path("settings/company/", views.company_page, name="settings_company"),
    path("settings/company/rates/", views.rate_add, name="settings_rate_add"),
    path("settings/roles/", views.roles, name="settings_roles"),
    path("settings/demo/", demo.demo, name="settings_demo"),
    path("settings/demo/remove/", demo.remove, name="settings_demo_remove"),
    path("settings/demo/load/", demo.load, name="settings_demo_load"),
    path("settings/demo/progress/", demo.progress, name="settings_demo_progress"),
    path("settings/trail/", views.trail_page, name="settings_trail"),
    path("settings/people/", people.listing, name="settings_people"),
    path("settings/people/new/", people.add, name="settings_person_add"),
    path("settings/people/<int:user_id>/", people.edit, name="settings_person"),
    path(
        "settings/people/<int:user_id>/password/", people.password, name="settings_person_password"
    ),
    path("settings/people/<int:user_id>/active/", people.active, name="settings_person_active"),
    path("settings/teams/", teams.listing, name="settings_teams"),
    path("settings/teams/new/", teams.add, name="settings_team_add"),
    path("settings/teams/<int:team_id>/", teams.edit, name="settings_team"),
    path("settings/teams/<int:team_id>/remove/", teams.remove, name="settings_team_remove"),
    path("settings/types/", types.listing, name="settings_types"),
    path("settings/types/new/", types.add, name="settings_type_add"),
    path("settings/types/<slug:type_key>/", types.edit, name="settings_type"),
    path("settings/types/<slug:type_key>/move/", types.move, name="settings_type_move"),
]
