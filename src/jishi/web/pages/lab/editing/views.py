"""The page on which a scheme is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from jishi.foundation.enums import Permission
from jishi.scoring.queries import run_latest, scheme_versions
from jishi.scoring.services import scheme_save
from jishi.web.pages.grading.silence import way_in
from jishi.web.pages.lab.editing.actions import act, tidy
from jishi.web.pages.lab.editing.checks import checked
from jishi.web.pages.lab.editing.draft import SchemeDraft, from_body, to_body
from jishi.web.pages.lab.editing.presenters import editor_of
from jishi.web.pages.lab.editing.sending import from_post
from jishi.web.pages.lab.keys import free_key, slug
from jishi.web.pages.lab.presenters import lang
from jishi.web.pages.lab.state import changed_body
from jishi.web.pages.lab.views import chosen_version, state_for
from jishi.web.permissions import PageRequest, requires


if TYPE_CHECKING:
    from jishi.scoring.models import SchemeVersion


@requires(Permission.SCHEME_DRAFT)
def scheme(request: PageRequest) -> HttpResponseBase:
    """Change everything about a scheme, and keep it as a draft.

    It starts as the version that the address names, with what was tried on it in the laboratory.
    """
    version = chosen_version(request, request.POST if request.method == "POST" else request.GET)
    if version is None:
        return redirect("web:lab")
    if request.method != "POST":
        state = state_for(version, request.GET)
        draft = from_body(changed_body(state, version.body))
        return _page(request, version, draft)
    draft = from_post(request.POST)
    if not draft.dimensions and not draft.tiers:
        draft = from_body(version.body)
    tidy(draft)
    then = request.POST.get("then", "")
    if then != "save":
        focus = act(draft, then, request.POST.dict())
        tidy(draft)
        return _page(request, version, draft, focus=focus)
    wrong = checked(draft)
    if not wrong:
        try:
            saved = _saved(request, version, draft)
        except ValidationError as error:
            wrong = {"": " ".join(error.messages)}
        else:
            url = reverse("web:lab")
            return redirect(f"{url}?scheme={saved.key}.{saved.number}&changed={saved.pk}")
    return _page(request, version, draft, wrong=wrong)


def _saved(request: PageRequest, version: SchemeVersion, draft: SchemeDraft) -> SchemeVersion:
    body = to_body(draft, version.body)
    if not draft.as_new and body == to_body(from_body(version.body), version.body):
        raise ValidationError(_("Nothing has been changed, so there is nothing to keep."))
    if draft.as_new:
        taken = {one.key for one in scheme_versions(by=request.user)}
        body["key"] = free_key(slug(draft.name_en, "scheme"), taken)
    return scheme_save(by=request.user, body=body, now=timezone.now(), note=draft.note.strip())


def _page(
    request: PageRequest,
    version: SchemeVersion,
    draft: SchemeDraft,
    *,
    focus: str = "",
    wrong: dict[str, str] | None = None,
) -> HttpResponseBase:
    spot = f"{version.key}.{version.number}"
    graded = run_latest()
    context = {
        "editor": editor_of(
            draft,
            wrong or {},
            focus=focus,
            unrecorded=graded.summary.get("unrecorded", ()) if graded else (),
        ),
        "way_in": way_in(request.user),
        "spot": spot,
        "origin": _("From %(scheme)s, version %(number)s (%(state)s).")
        % {
            "scheme": version.name(lang()),
            "number": version.number,
            "state": version.get_status_display(),
        },
        "back_url": f"{reverse('web:lab')}?scheme={spot}",
    }
    return render(request, "lab/scheme.html", context, status=422 if wrong else 200)
