"""Every address: the admin, the door for programs, the door for people."""

from django.contrib import admin
from django.urls import include, path, re_path

from webapp.health import healthz
from webapp.wire import openapi
from webapp.wire.door import door

urlpatterns = [
    path("healthz", healthz),
    path("admin/", admin.site.urls),
    path("api/openapi.json", openapi.document),
    # Reference ids stand in paths, and may hold line ends.
    re_path(r"^v1/nucleus(?P<path>/(?s:.*))?\Z", door),
    path("", include("webapp.pages.urls")),
]

handler400 = "webapp.pages.errors.bad_request"
handler403 = "webapp.pages.errors.permission_denied"
handler404 = "webapp.pages.errors.not_found"
handler500 = "webapp.pages.errors.server_error"
