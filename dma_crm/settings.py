"""Django settings. What an installation may set is read from the environment, see README.md."""

import base64
import hashlib
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from dma_crm.environment import (
    Environment,
    database,
    framing_sites,
    kept_secret,
    log_format,
    mail_server,
    mailbox,
    site,
    whole_number,
)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
env = Environment()

# --- what an installation sets ---

DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO")
SECRET_KEY_GIVEN = bool(env.text("SECRET_KEY"))
SECRET_KEY = env.text("SECRET_KEY") or kept_secret(VAR_DIR / "secret_key")
ENCRYPTION_KEYS_GIVEN = bool(env.words("ENCRYPTION_KEYS"))
# Fernet keys, the first encrypts, all decrypt; derived from SECRET_KEY for a demo or development.
ENCRYPTION_KEYS = env.words("ENCRYPTION_KEYS") or [
    base64.urlsafe_b64encode(hashlib.sha256(SECRET_KEY.encode()).digest()).decode()
]
BASE_URL = str(env.parsed("BASE_URL", site, "http://127.0.0.1:8000"))
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
TIME_ZONE = env.text("TIME_ZONE", "Europe/Berlin")
# Country and part as ISO 3166-2 names them: whose public holidays stop the referrals' clock.
WORKING_DAY_CALENDAR = env.text("WORKING_DAY_CALENDAR", "DE-NI")
LOG_FORMAT = env.parsed("LOG_FORMAT", log_format, "line" if DEBUG or DEMO else "json")
METRICS_TOKEN = env.text("METRICS_TOKEN")
WEBHOOK_TEST_HOSTS = env.words("WEBHOOK_TEST_HOSTS")
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL")
MAIL_SERVER = env.parsed("EMAIL_URL", mail_server)
MAIL_FROM = env.text("MAIL_FROM", "gruenden@dma.example")
# Where mails come back to (the envelope's sender), and where they are read; see docs/operations.md.
BOUNCE_ADDRESS = env.text("BOUNCE_ADDRESS", MAIL_FROM)
BOUNCES = env.parsed("BOUNCES_URL", mailbox)
# To one address; the rest waits. 0: as many as there are.
MAILS_PER_HOUR = env.parsed("MAILS_PER_HOUR", whole_number, "60")
# For events, from one internet address; a whole company or school may share one.
REGISTRATIONS_PER_HOUR = env.parsed("REGISTRATIONS_PER_HOUR", whole_number, "300")
# After the end of an event; then its guests are counted only. 0: for ever.
GUESTS_KEPT_DAYS = env.parsed("GUESTS_KEPT_DAYS", whole_number, "365")
# Which sites may show the list of events in a frame of theirs.
EMBEDDING_SITES = env.parsed("EMBEDDING_SITES", framing_sites, "https:")
DATABASES = {
    "default": env.parsed("DATABASE_URL", database, f"sqlite:///{VAR_DIR / 'dma_crm.sqlite3'}")
}
if WEBHOOK_TEST_HOSTS and not (DEBUG or DEMO):
    env.errors.append("WEBHOOK_TEST_HOSTS is for tests: it needs DEBUG or DEMO")
env.check()

# --- the product ---

INSTALLED_APPS = [
    "dma_crm",
    "accounts",
    "outbox",
    "contacts",
    "referrals",
    "consultations",
    "events",
    "partner_api",
    "dashboards",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "django.forms",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "dma_crm.middleware.RequestMetricsMiddleware",
    "dma_crm.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "dma_crm.middleware.ContentSecurityPolicyMiddleware",
    "dma_crm.middleware.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "dma_crm.middleware.NoStoreMiddleware",
    "dma_crm.middleware.ApiGZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "dma_crm.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.ActorMiddleware",
    "dma_crm.middleware.HostileInputMiddleware",
]

ROOT_URLCONF = "dma_crm.urls"
WSGI_APPLICATION = "dma_crm.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context_processors.navigation",
                "contacts.context_processors.agency",
            ],
            "builtins": ["django.templatetags.i18n", "dma_crm.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- language and time ---

LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("German")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True

# --- files ---

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Without STATIC_ROOT the files are served as they lie in the checkout: no build step before the
# first start. An image collects them there once, compressed and with hashes in their names.
STATIC_ROOT = env.text("STATIC_ROOT") or None
if STATIC_ROOT:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
WHITENOISE_USE_FINDERS = not STATIC_ROOT
WHITENOISE_AUTOREFRESH = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# --- who ---

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "/login/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = BASE_URL.split(":", 1)[0]
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "DMA-CRM"
# Administrators make the accounts and answer for their addresses; nobody registers here.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or DEMO
# Tracking would write to the database with every page that somebody reads.
USERSESSIONS_TRACK_ACTIVITY = False

# --- safety ---

HTTPS = BASE_URL.startswith("https://")
# The web process speaks plain HTTP: with HTTPS there is one proxy in front, which names the client.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "dma_crm.errors.csrf_failure"
# Named like Django 6's setting, so that the own middleware can go when we move there.
SECURE_CSP = {
    "default-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "object-src": ["'none'"],
    "base-uri": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
PERMISSIONS_POLICY = "camera=(), microphone=(), geolocation=()"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
}

# --- mail: everything goes through the outbox ---

EMAIL_BACKEND = "outbox.backend.OutboxBackend"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM

# --- jobs ---

CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_EXPIRES = None  # no results, so no cleaning job of Celery's own beside ours
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 240, 300
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "socket_keepalive": True,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # else workers give up within the hour
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- API ---

API_REQUESTS_PER_MINUTE = 600
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["partner_api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["partner_api.permissions.Denied"],
    "DEFAULT_RENDERER_CLASSES": ["partner_api.renderers.FastJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["partner_api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "partner_api.schema.PartnerSchema",
    "EXCEPTION_HANDLER": "partner_api.problems.problem_response",
    "DATETIME_FORMAT": "iso-8601",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "DMA-CRM Partner API",
    "DESCRIPTION": (BASE_DIR / "partner_api" / "introduction.md").read_text(encoding="utf-8"),
    "TAGS": [
        {"name": "Me", "description": "Which key this is, and what it may do."},
        {"name": "Referrals", "description": "Founders who were referred to you or by you."},
        {"name": "Services", "description": "What you and the other partners offer."},
        {"name": "Webhooks", "description": "Be told of changes instead of asking."},
        {"name": "Events", "description": "Public events for your own calendar."},
    ],
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "partner_api.schema.share_problem_examples",
        "partner_api.document.name_headers",
        "partner_api.document.name_deliveries",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ReferralStatus": "referrals.models.ReferralStatus",
        "DeclineReason": "referrals.models.DeclineReason",
        "Outcome": "referrals.models.Outcome",
        "WithdrawalReason": "referrals.models.WithdrawalReason",
        "SenderWithdrawalReason": "partner_api.referrals.bodies.SENDERS_REASONS",
        "Direction": "partner_api.referrals.answers.DIRECTIONS",
        "ReferralAction": "partner_api.referrals.bodies.ACTIONS",
        "StepAction": "partner_api.referrals.answers.STEP_ACTIONS",
        "Language": "partner_api.views.LANGUAGES",
        "ReferralOrdering": "partner_api.referrals.filters.ORDERINGS",
        "ServiceStatus": "referrals.models.ServiceStatus",
        "ServiceLegalForm": "partner_api.services.bodies.REAL_FORMS",
        "ServiceLanguage": "partner_api.services.bodies.LANGUAGES",
        "HsdsStatus": "partner_api.services.hsds_answers.STATUSES",
        "WebhookState": "outbox.models.EndpointState",
        "WebhookDisabledReason": "outbox.models.DisabledReason",
        "WebhookEvent": "partner_api.webhooks.bodies.event_codes",
        "DeliveryState": "outbox.models.DeliveryState",
        "EventFormat": "events.models.EventFormat",
        "EventState": "partner_api.events.PUBLIC_STATES",
        "Scope": "accounts.models.Scope",
    },
}

# --- logs: ids, never names, notes, keys or tokens ---

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "dma_crm.logs.RequestIdFilter"},
        "secret_path": {"()": "dma_crm.logs.SecretPathFilter"},
    },
    "formatters": {
        "line": {
            "class": "logging.Formatter" if DEBUG else "dma_crm.logs.DiscreetFormatter",
            "format": "{asctime} {levelname} {name} {request_id} {message}",
            "style": "{",
        },
        "json": {"class": "dma_crm.logs.JsonFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["request_id", "secret_path"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "outbox": {"level": "INFO"},  # what became of each delivery
    },
}
