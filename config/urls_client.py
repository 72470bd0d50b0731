"""What a client's host answers."""

from django.urls import include, path

from config.health_urls import urlpatterns as health
from config.live.views import stream
from inbox import webhooks
from tenants.views import brand_css

urlpatterns = [
    *health,
    path("brand.css", brand_css, name="brand_css"),
    path("stream/", stream, name="stream"),
    path("hooks/<slug:connector>/<slug:account>/", webhooks.deliver, name="hook"),
    path("", include("config.api_urls")),
    path("reports/", include("reporting.urls")),
    path("playbook/", include("playbooks.urls")),
    path("", include("tenants.accounts.urls_client")),
    path("", include("inbox.urls")),
]

handler500 = "config.outage.server_error"
