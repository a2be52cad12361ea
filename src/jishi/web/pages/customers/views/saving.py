"""What every form of customers does with the answer of a service."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from jishi.facts.recording import FactSupersededError
from jishi.foundation.sending import SentBeforeError, once
from jishi.foundation.versions import StaleVersionError
from jishi.web.pages.customers.forms import LedgerForm
from jishi.web.pages.customers.presenters.conflicts import Difference, differences
from jishi.web.permissions import PageRequest


if TYPE_CHECKING:
    from jishi.customers.models import Customer


SENT_COOKIE = "jishi_sent"  # tells the page's script that the draft it keeps has become a record
_SENT_TOLD_S = 3600
_TOKEN = re.compile(r"[\w-]{1,40}", re.ASCII)

VERSIONS = frozenset({"version", "position_version"})

View = Callable[..., HttpResponseBase]


def form_methods(view: View) -> View:
    """A page with a form. That the form was carried out is told to the script that keeps drafts."""

    @wraps(view)
    def told(request: PageRequest, **kwargs: Any) -> HttpResponseBase:
        response = view(request, **kwargs)
        token = request.POST.get("form_token", "")
        if response.status_code == HTTPStatus.FOUND and _TOKEN.fullmatch(token):
            response.set_cookie(
                SENT_COOKIE, token, max_age=_SENT_TOLD_S, secure=request.is_secure(), samesite="Lax"
            )
        return response

    return require_http_methods(["GET", "HEAD", "POST"])(told)


def carried_out(form: LedgerForm, act: Callable[[], Any]) -> bool:
    """Runs a service, unless the same form was carried out before; what it refuses goes back to the
    form."""
    try:
        once(form.token, act, now=timezone.now())
    except SentBeforeError:
        return True
    except FactSupersededError as overtaken:
        form.is_stale = True
        form.add_service_errors(overtaken)
    except ValidationError as error:
        form.add_service_errors(error)
    except StaleVersionError as stale:
        form.is_stale = True
        form.add_error(None, str(stale))
    else:
        return True
    return False


def status_of(form: LedgerForm) -> int:
    """200 for a fresh form, 409 when somebody else saved in between, 422 for other faults."""
    if form.is_stale:
        return 409
    return 422 if form.is_bound and form.errors else 200


def focus(form: LedgerForm) -> None:
    """Whoever opens the page types at once: into the first field, or the first that is wrong."""
    shown = form.visible_fields()
    for bound in [field for field in shown if form.is_bound and field.errors] or shown:
        bound.field.widget.attrs["autofocus"] = True
        return


def tab_url(customer_id: int, tab: str) -> str:
    return f"{reverse('web:customer', args=[customer_id])}?tab={tab}"


def small_form(
    request: PageRequest,
    form: LedgerForm,
    customer: Customer,
    *,
    title: str,
    submit: str,
    back: str,
    about: str = "",
    act: Callable[[], Any] | None = None,
    template: str = "customers/small_form.html",
    more: Mapping[str, Any] | None = None,
    stored: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """A page with one short form about a customer; `about` says which of its rows is meant.

    `stored` are the form's values as they are kept now: whoever saves an old version sees what differs,
    and saving again is a decision.

    A form that was sent and is right is carried out by `act`, and leads `back`. `template` may extend the
    usual one, and then shows what is in `more` besides.
    """
    if act is not None and form.is_bound and form.is_valid() and carried_out(form, act):
        return redirect(back)
    focus(form)
    differing: list[Difference] = []
    if form.is_stale and stored is not None:
        differing = differences(form, stored)
        sent: Any = form.data
        sent = sent.copy()
        for name in VERSIONS & stored.keys():
            sent[name] = str(stored[name])
        form.data = sent
    context = {
        "form": form,
        "differences": differing,
        "customer": customer,
        "title": title,
        "submit": submit,
        "back": back,
        "about": about,
        **(more or {}),
    }
    return render(request, template, context, status=status_of(form))
