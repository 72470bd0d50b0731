"""The same application for WSGI servers. It answers every page; live updates need config/asgi.py."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("RAPPORT_LOGIN", "app")  # nothing that answers requests logs in as the owner

application = get_wsgi_application()
