"""The recipes at hand: the list, each as a file, a file brought in, one forgotten."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jishi.foundation.enums import Permission
from jishi.ingest.access import import_for_view
from jishi.ingest.mapping.recipe import RecipeError
from jishi.ingest.messages import recipe_problem_texts
from jishi.ingest.queries import recipe_by_key, recipes_listed
from jishi.ingest.services import (
    ImportStateError,
    import_use_recipe,
    recipe_add,
    recipe_remove,
)
from jishi.jobs import tasks
from jishi.web.pages.data.forms import RecipeFileForm, title_of
from jishi.web.pages.data.presenters import data_tabs
from jishi.web.pages.data.reading import mapping_page, posted_mapping, refusal_of
from jishi.web.pages.data.sharing import recipe_of, yaml_file
from jishi.web.pages.data.tables import BindingError
from jishi.web.permissions import PageRequest, requires
from jishi.web.wording import listed


@requires(Permission.IMPORT_RUN)
def recipes(request: PageRequest) -> HttpResponseBase:
    """All recipes, those of the product first, and the way to bring one in."""
    sent = request.method == "POST"
    form = RecipeFileForm(request.POST, request.FILES) if sent else RecipeFileForm()
    if sent and form.is_valid():
        recipe = form.cleaned_data["recipe_file"]
        try:
            recipe_add(
                by=request.user,
                recipe=recipe,
                now=timezone.now(),
                replace=form.cleaned_data["replace"],
            )
        except ImportStateError as refusal:
            form.add_error("recipe_file", str(refusal))
        else:
            name = title_of(recipe.key, recipe.title)
            messages.success(request, _("The recipe “%(name)s” is kept.") % {"name": name})
            return redirect("web:imports_recipes")
    context = {"tabs": data_tabs(request), "form": form, "rows": _rows()}
    return render(request, "data/recipes.html", context, status=422 if form.errors else 200)


def _rows() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for key, title, shipped in recipes_listed():
        try:
            found = recipe_by_key(key)
        except RecipeError as error:
            found, told = None, recipe_problem_texts(error)
        else:
            told = []
        files = [one.file.removesuffix("*") for one in found.sources.values()] if found else []
        rows.append(
            {
                "title": title_of(key, title),
                "key": key,
                "shipped": shipped,
                "files": listed(dict.fromkeys(files)),
                "problems": told,
                "use_url": f"{reverse('web:import_new')}?recipe={key}",
                "file_url": reverse("web:import_recipe", args=[key]),
                "remove_url": "" if shipped else reverse("web:import_recipe_remove", args=[key]),
            }
        )
    return rows


@require_safe
@requires(Permission.IMPORT_RUN)
def recipe(request: PageRequest, recipe_key: str) -> HttpResponseBase:
    """One recipe as a file."""
    try:
        found = recipe_by_key(recipe_key)
    except RecipeError:  # kept by another version: the list says what is wrong with it
        return redirect("web:imports_recipes")
    if found is None:
        raise Http404
    return yaml_file(found)


@require_POST
@requires(Permission.IMPORT_RUN)
def remove(request: PageRequest, recipe_key: str) -> HttpResponseBase:
    """Forget a recipe that somebody kept."""
    recipe_remove(by=request.user, key=recipe_key)
    messages.success(request, _("The recipe was removed."))
    return redirect("web:imports_recipes")


@require_POST
@requires(Permission.IMPORT_RUN)
def use(request: PageRequest, job_id: int) -> HttpResponseBase:
    """Read an import by another recipe, or by its headings."""
    key = request.POST.get("recipe", "")
    text = request.POST.get("version", "")
    version = int(text) if text.isdecimal() and len(text) < 10 else 0
    job = import_for_view(request.user, job_id)
    try:
        import_use_recipe(by=request.user, job_id=job_id, version=version, key=key)
    except ImportStateError as refusal:
        return mapping_page(request, job, errors=[str(refusal)], status=422)
    ask = tasks.ask_import_check if key else tasks.ask_import_read
    ask(job_id, request.user.pk)
    return redirect("web:import", job_id=job_id)


@requires(Permission.IMPORT_RUN)
def mapping_recipe(request: PageRequest, job_id: int) -> HttpResponseBase:
    """The mapping of an import as a file: as it is kept, or as the form on the page has it."""
    job = import_for_view(request.user, job_id)
    if request.method != "POST" and not job.recipe:
        raise Http404
    try:
        if request.method == "POST":
            title = request.POST.get("save_as", "").strip()
            return yaml_file(recipe_of(job, posted_mapping(request, job), title))
        return yaml_file(recipe_of(job, dict(job.recipe or {}), ""))
    except (BindingError, RecipeError, ImportStateError) as refusal:
        return mapping_page(request, job, errors=refusal_of(refusal), status=422)
