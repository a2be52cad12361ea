"""Every address of the product."""

from django.urls import include, path


urlpatterns = [
    path("accounts/", include("jishi.foundation.login_urls")),
    path("", include("jishi.web.urls")),
]
