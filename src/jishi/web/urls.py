"""Pages by area."""

app_name = "web"

urlpatterns: list = []
