"""Pages by area; all in the one namespace `web`."""

from __future__ import annotations

from jishi.web.pages.customers.urls import urlpatterns as customers
from jishi.web.pages.data.urls import urlpatterns as data
from jishi.web.pages.lab.urls import urlpatterns as lab
from jishi.web.pages.settings.urls import urlpatterns as settings
from jishi.web.pages.shell.urls import urlpatterns as shell
from jishi.web.pages.today.urls import urlpatterns as today


app_name = "web"

urlpatterns = [*today, *customers, *lab, *data, *settings, *shell]
