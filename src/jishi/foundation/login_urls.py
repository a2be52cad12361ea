"""The addresses of signing in that this product offers; no registration, no e-mail pages."""

from allauth.account import views
from django.contrib.auth.decorators import login_not_required
from django.urls import path


urlpatterns = [
    path("login/", login_not_required(views.login), name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("password/", views.password_change, name="account_change_password"),
]
