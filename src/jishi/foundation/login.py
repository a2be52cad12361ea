"""Signing in: by login name, without open registration."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.http import HttpRequest
from django.utils.translation import ngettext

from jishi.foundation.models import User


class UsernameBackend(BaseBackend):
    """Checks login name and password, with the same work for unknown names."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> User | None:
        if not username or password is None:
            return None
        user = User.objects.filter(username__iexact=username).order_by("pk").first()
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).order_by("pk").first()


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Users are added by an administrator, never by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: User, password: str) -> None:
        """Writes nothing else: an administrator may have changed the role since the page was opened."""
        user.set_password(password)
        user.save(update_fields=["password"])


class LengthValidator(MinimumLengthValidator):
    """Django's, with its refusal in our catalogue: the words of its own have no Chinese in all versions."""

    def get_error_message(self) -> str:
        return ngettext(
            "The password is too short: it needs at least %(count)s character.",
            "The password is too short: it needs at least %(count)s characters.",
            self.min_length,
        ) % {"count": self.min_length}
