"""Settings in titled sections: what differs between installations comes from the environment.

Nothing imports this module; code reads `django.conf.settings`. The environment's names are listed in
.env.example.
"""

from __future__ import annotations

from pathlib import Path

from config import env

ROOT = Path(__file__).resolve().parent.parent

# --- Where things live -----------------------------------------------------------------------------
RAPPORT_HOME = Path(env.text("RAPPORT_HOME", str(ROOT / "var"))).resolve()
RAPPORT_BASE_HOST = env.text("RAPPORT_BASE_HOST", "localhost")
RAPPORT_PORT = env.number("RAPPORT_PORT", 8000)
DEBUG = env.flag("DEBUG", default=False)
RAPPORT_HTTPS = env.flag("RAPPORT_HTTPS", default=not DEBUG and RAPPORT_BASE_HOST != "localhost")
# The port that browsers use. Links are built from it and RAPPORT_BASE_HOST, never from a request's Host header.
RAPPORT_PUBLIC_PORT = env.number("RAPPORT_PUBLIC_PORT", 443 if RAPPORT_HTTPS else RAPPORT_PORT)
ALLOWED_HOSTS = env.text("ALLOWED_HOSTS", f"{RAPPORT_BASE_HOST},.{RAPPORT_BASE_HOST},127.0.0.1").split(",")
ROOT_URLCONF = "config.urls_client"
PUBLIC_SCHEMA_URLCONF = "config.urls_public"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"

# --- Secrets ---------------------------------------------------------------------------------------
SECRET_KEY = env.secret("SECRET_KEY", home=RAPPORT_HOME)
RAPPORT_SEAL_KEYS = env.secret("RAPPORT_SEAL_KEYS", home=RAPPORT_HOME).split(",")

# --- Apps ------------------------------------------------------------------------------------------
# An app is migrated whole, either into the public schema or into each client's (DESIGN.md §3).
SHARED_APPS = [
    "tenants",
    "django_tenants",
    "tenants.accounts",
    "tenants.ledger",  # in the public schema: the agency's own ledger; in each client's schema: the client's
    "config",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "lucide",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
]
TENANT_APPS = [
    "django.contrib.sessions",
    "tenants.ledger",
    "inbox",
    "playbooks",
    "advocates",
    "reporting",
]
INSTALLED_APPS = [*SHARED_APPS, *[app for app in TENANT_APPS if app not in SHARED_APPS]]
TENANT_MODEL = "tenants.Client"
TENANT_DOMAIN_MODEL = "tenants.Host"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Database --------------------------------------------------------------------------------------
# Commands that migrate or open clients run as the owner; everything that answers logs in as `<db>_app`, and inside
# a client as that client, with a password made of DATABASE_CLIENT_SECRET (tenants/kernel/database/base.py).
DATABASE_APP_PASSWORD = env.secret("DATABASE_APP_PASSWORD", home=RAPPORT_HOME)
DATABASE_CLIENT_SECRET = env.secret("DATABASE_CLIENT_SECRET", home=RAPPORT_HOME)
DATABASES = {"default": env.database(home=RAPPORT_HOME)}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]

# --- Wiring: who answers the questions that apps on the left ask ------------------------------------
RAPPORT_WAKER = "config.wake.wake"
RAPPORT_SUBSCRIPTIONS = "config.subscriptions.SUBSCRIBERS"
RAPPORT_EVALUATOR = "config.evaluators.EVALUATOR"
RAPPORT_HOUSE_RULES = "config.evaluators.HOUSE_RULES"
RAPPORT_GATES = "config.gates.GATES"
RAPPORT_PANELS = "config.panels.PANELS"

# --- Requests --------------------------------------------------------------------------------------
MIDDLEWARE = [
    "config.observe.RequestLog",
    "config.headers.StrictHeaders",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.outage.RefuseDuringOutage",
    "tenants.middleware.ClientByHost",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "tenants.accounts.middleware.WhoActs",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tenants.middleware.Refusals",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "config" / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": ["template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "tenants.context.place",
            ],
        },
    }
]

# --- Security --------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = RAPPORT_HTTPS
SECURE_HSTS_SECONDS = env.number("RAPPORT_HSTS_SECONDS", 31_536_000 if RAPPORT_HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = RAPPORT_HTTPS
SECURE_HSTS_PRELOAD = RAPPORT_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if RAPPORT_HTTPS else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = RAPPORT_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# No SESSION_COOKIE_DOMAIN: a cookie belongs to the one host that set it. Over TLS the prefix makes browsers hold every
# other host to that: clients' hosts share a parent domain, for which a sibling could set a cookie of the same name.
# Browsers refuse the prefix without TLS, so http on loopback has plain names.
COOKIE_PREFIX = "__Host-" if RAPPORT_HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}rapport_session"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}rapport_csrf"
ARRIVAL_COOKIE_NAME = f"{COOKIE_PREFIX}rapport_arrival"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of its own
SESSION_COOKIE_AGE = env.number("RAPPORT_SESSION_HOURS", 12, least=1, most=720) * 3600
RAPPORT_SESSION_IDLE = env.number("RAPPORT_SESSION_IDLE_MINUTES", 30, least=5, most=43_200) * 60
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "tenants.accounts.passwords.MaximumLength", "OPTIONS": {"max_length": 128}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- Signing in ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
RAPPORT_SECOND_FACTOR_ROLES = env.words("RAPPORT_SECOND_FACTOR_ROLES", "owner")
ACCOUNT_ADAPTER = "tenants.accounts.adapter.InvitedOnly"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "tenants.accounts.password_links.PasswordLinks"  # noqa: S105  # a class
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Rapport] "
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a mail after a change of password or second factor
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    "change_password": "tenants.accounts.sign_in_forms.ChangePassword",
    "set_password": "tenants.accounts.sign_in_forms.SetPassword",
    "reset_password_from_key": "tenants.accounts.sign_in_forms.ResetPassword",
}
MFA_FORMS = {"add_webauthn": "tenants.accounts.sign_in_forms.AddPasskey"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = RAPPORT_BASE_HOST == "localhost"
MFA_TOTP_ISSUER = "Rapport"
MFA_ADAPTER = "tenants.accounts.adapter.SealedMfa"
SOCIALACCOUNT_ADAPTER = "tenants.accounts.adapter.InvitedOnlySocial"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": env.openid_apps()}}

# --- Tasks -----------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", "filesystem://localhost//")

# --- Cache and mail --------------------------------------------------------------------------------
CACHES = {"default": env.cache()}
globals().update(env.mail())
RAPPORT_SENDS_MAIL = env.sends_mail()
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"rapport@{RAPPORT_BASE_HOST}")

# --- Language and time -----------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files ----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = RAPPORT_HOME / "static"
STATICFILES_DIRS = [ROOT / "config" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or env.flag("RAPPORT_PLAIN_STATIC", default=False)
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = DEBUG or env.flag("RAPPORT_PLAIN_STATIC", default=False)

# --- API -------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tenants.accounts.api.TokenAuthentication",
        "tenants.accounts.api.SessionActor",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["tenants.accounts.api.MayUse"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["tenants.accounts.api.StrictJson"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "tenants.accounts.api.problem",
    "DEFAULT_THROTTLE_CLASSES": ["tenants.accounts.api.ActorThrottle"],
    "DEFAULT_THROTTLE_RATES": {"actor": env.text("RAPPORT_API_RATE", "600/min")},
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Rapport",
    "DESCRIPTION": "Conversations, answers and figures of one client. Errors are problem documents (RFC 9457).",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": [],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {  # where several fields take the same words, or fields of one name different ones
        "ActorKind": "inbox.api.serializers.messages.ACTOR_KINDS",
        "NotNeeded": "inbox.api.serializers.messages.NOT_NEEDED",
        "ChannelState": "inbox.api.serializers.settings.STATES",
        "DeliveryState": "inbox.api.serializers.deliveries.DELIVERY_STATES",
        "ReplyState": "inbox.api.serializers.messages.REPLY_STATES",
    },
}

# --- What the inbox promises -----------------------------------------------------------------------
RAPPORT_UNDO_SECONDS = env.number("RAPPORT_UNDO_SECONDS", 10)
RAPPORT_CLAIM_MINUTES = 5
RAPPORT_MAX_DELIVERY_BYTES = 5 * 1024 * 1024

# --- Logs ------------------------------------------------------------------------------------------
LOGGING_CONFIG = "config.observe.configure_logging"
LOGGING = {
    "level": env.text("RAPPORT_LOG_LEVEL", "INFO"),
    "json": env.flag("RAPPORT_LOG_JSON", default=not DEBUG),
}
RAPPORT_METRICS_TOKEN = env.text("RAPPORT_METRICS_TOKEN", "")

SILENCED_SYSTEM_CHECKS: list[str] = []
TEST_RUNNER = "django.test.runner.DiscoverRunner"
