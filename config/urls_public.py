"""What the agency's own host answers: sign-in, the desk, people, and deliveries from outside."""

from django.urls import include, path

from config.health_urls import urlpatterns as health
from inbox import webhooks
from inbox.views import deliveries
from tenants.views import brand_css

urlpatterns = [
    *health,
    path("brand.css", brand_css, name="brand_css"),
    path("hooks/<slug:connector>/<slug:account>/", webhooks.deliver, name="hook"),
    path("deliveries/<int:receipt_id>/retry/", deliveries.retry, name="retry_delivery"),
    path("accounts/", include("tenants.accounts.urls_sign_in")),
    path("", include("tenants.accounts.urls_public")),
    path("", include("tenants.urls_public")),
]

handler500 = "config.outage.server_error"
