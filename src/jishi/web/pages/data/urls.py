"""Addresses of the area `data`."""

from __future__ import annotations

from django.urls import URLPattern, path

from jishi.web.pages.data import correcting, outcome, quality, reading, recipes, views


urlpatterns: list[URLPattern] = [
    path("data/", views.imports, name="imports"),
    path("data/quality/", quality.quality_page, name="imports_quality"),
    path("data/new/", views.new, name="import_new"),
    path("data/template/", views.template, name="import_template"),
    path("data/recipes/", recipes.recipes, name="imports_recipes"),
    path("data/recipes/<slug:recipe_key>/", recipes.recipe, name="import_recipe"),
    path("data/recipes/<slug:recipe_key>/remove/", recipes.remove, name="import_recipe_remove"),
    path("data/<int:job_id>/", views.job, name="import"),
    path("data/<int:job_id>/progress/", views.progress, name="import_progress"),
    path("data/<int:job_id>/cancel/", views.cancel, name="import_cancel"),
    path("data/<int:job_id>/discard/", views.discard, name="import_discard"),
    path("data/<int:job_id>/files/", reading.files, name="import_files"),
    path("data/<int:job_id>/answer/", reading.answer, name="import_answer"),
    path("data/<int:job_id>/mapping/", reading.mapping, name="import_mapping"),
    path("data/<int:job_id>/recipe/", recipes.mapping_recipe, name="import_mapping_recipe"),
    path("data/<int:job_id>/read-by/", recipes.use, name="import_recipe_use"),
    path("data/<int:job_id>/check/", reading.check, name="import_check"),
    path("data/<int:job_id>/choose/", outcome.choose, name="import_choose"),
    path("data/<int:job_id>/mend/", correcting.mend, name="import_mend"),
    path("data/<int:job_id>/apply/", outcome.apply, name="import_apply"),
    path("data/<int:job_id>/undo/", outcome.undo, name="import_undo"),
    path("data/<int:job_id>/rejected/", outcome.rejected, name="import_rejected"),
]
