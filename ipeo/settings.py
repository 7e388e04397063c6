"""Settings, wholly from the environment. `.env.example` lists every variable."""

import os
from pathlib import Path

import django_stubs_ext
import environ
import structlog
from csp.constants import NONE, SELF

from ipeo.local import broker_url
from ipeo.local.compiled import compiled_in

# Generic classes of Django may be subscripted at run time, as their types are when checked.
django_stubs_ext.monkeypatch()

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Path(env("IPEO_HOME", default="") or BASE_DIR / ".ipeo").expanduser().absolute()
# Where compiled numerics are kept between runs; numba reads it when it is first imported.
os.environ["NUMBA_CACHE_DIR"] = str(
    compiled_in(Path(env("NUMBA_CACHE_DIR", default="") or HOME / "compiled"))
)

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY", default="")
if not SECRET_KEY:
    from ipeo.local import local_secret

    # Only if none is configured: one secret per home, kept with its data.
    SECRET_KEY = local_secret(HOME)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "optimize",
    "execute",
    "plan",
    "insight",
    "ipeo",
    "demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "ipeo.middleware.PublicAddressesMiddleware",
    "ipeo.middleware.BackgroundMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "ipeo.middleware.TenancyMiddleware",
]

# Nobody is signed in below these: they are the addresses of links, feeds and health checks.
PUBLIC_PREFIXES = ("/l/", "/calendars/", "/digests/", "/healthz")

ROOT_URLCONF = "ipeo.urls"
WSGI_APPLICATION = "ipeo.wsgi.application"
AUTH_USER_MODEL = "ipeo.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_LOADERS = [
    "template_partials.loader.Loader",
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    _LOADERS[1:]
                    if DEBUG
                    else [("django.template.loaders.cached.Loader", _LOADERS[1:])],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "ipeo.templatetags.changes",
                "ipeo.templatetags.figures",
                "ipeo.templatetags.links",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ipeo.navigation.context",
            ],
        },
    }
]
COTTON_DIR = "components"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

# The application connects as a role that owns nothing; "owner" is only for migrations.
_DATABASE = {
    "ENGINE": "ipeo.database",
    "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=600),
    "CONN_HEALTH_CHECKS": True,
    "DISABLE_SERVER_SIDE_CURSORS": False,
}


def _database(variable: str) -> dict[str, object]:
    # Where there is no address yet (makemigrations, collectstatic), the name is enough.
    return {**env.db_url_config(env(variable, default="postgres:///ipeo")), **_DATABASE}


DATABASES = {
    "default": _database("DATABASE_URL"),
    "owner": {
        **_database(
            "DATABASE_OWNER_URL" if env("DATABASE_OWNER_URL", default="") else "DATABASE_URL"
        ),
        "CONN_MAX_AGE": 0,
    },
}
DATABASE_ROUTERS = ["ipeo.database.router.OwnerMigrates"]

REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "ipeo",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# Delivered at least once, and quick to recover: every task may be delivered twice (see Run).
CELERY_BROKER_URL = broker_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 3600
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 2 * CELERY_TASK_TIME_LIMIT,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # A page that queues work does not wait for a broker that is down: beat finds the row.
    "max_retries": 1,
    "interval_start": 0,
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(HOME / "beat-schedule")


def _every(seconds: float, task: str) -> dict[str, object]:
    # Ticks that no worker takes do not pile up: each is of no use once the next has come. The
    # minute is for machines whose clocks differ.
    return {"task": task, "schedule": seconds, "options": {"expires": max(seconds, 60.0)}}


CELERY_BEAT_SCHEDULE = {
    "requeue lost runs": _every(15.0, "ipeo.tasks.requeue_lost_runs"),
    "hand over to sales": _every(60.0, "execute.tasks.hand_over"),
    "send due webhooks": _every(5.0, "ipeo.tasks.send_due_webhooks"),
    "forget old records": _every(86_400.0, "ipeo.tasks.forget_old_records"),
    "count clicks": _every(10.0, "execute.tasks.count_clicks"),
    "send due digests": _every(300.0, "optimize.tasks.send_due_digests"),
    "recompute stale workspaces": _every(
        env.float("RECOMPUTE_SECONDS", default=20.0), "optimize.tasks.recompute_stale_workspaces"
    ),
}

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "ipeo:start"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
# People are known by their address, so whoever signs up with one has to prove that it is theirs:
# wherever mail is sent at all.
MAIL_IS_PRINTED = EMAIL_CONFIG["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend"
ACCOUNT_EMAIL_VERIFICATION = env("ACCOUNT_EMAIL_VERIFICATION", default="") or (
    "optional" if MAIL_IS_PRINTED else "mandatory"
)
# A link out of an invitation proves the address that it was sent to.
ACCOUNT_ADAPTER = "ipeo.accounts.AccountAdapter"
# Where links in mails lead.
SITE_URL = env(
    "SITE_URL",
    default=f"http://{env('HOST', default='127.0.0.1')}:{env('PORT', default='8000')}",
)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="IPEO <ipeo@localhost>")

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(HOME / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "ipeo.staticfinders.PlotlyFinder",
]
# Hashed names where they have been collected; the plain files while developing.
_COLLECTED = (STATIC_ROOT / "staticfiles.json").exists() and not DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "ipeo.staticstorage.CollectedFiles"
        if _COLLECTED or env.bool("STATIC_MANIFEST", default=False)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not _COLLECTED
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(HOME / "media")))
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
# A plan of 60 programs over 12 months is one form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=200 * 1024 * 1024)
MATERIAL_MAX_BYTES = env.int("MATERIAL_MAX_BYTES", default=100 * 1024 * 1024)

# Webhooks go only to public addresses over https. True also allows private addresses and http,
# for trying things out on one's own machine.
WEBHOOK_PRIVATE = env.bool("WEBHOOK_PRIVATE", default=False)

# A proxy in front terminates TLS. Its headers are trusted, and no one else's.
HTTPS = env.bool("HTTPS", default=False)
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=1 if HTTPS else 0)
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Neither can be undone for a year, and both bind more names than this product answers to: the
# owner of the domain decides.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "style-src": [SELF],
        "script-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# The most requests from one caller within a minute; 0 is no limit. allauth counts sign-ins.
API_REQUESTS_A_MINUTE = env.int("API_REQUESTS_A_MINUTE", default=1200)
PUBLIC_REQUESTS_A_MINUTE = env.int("PUBLIC_REQUESTS_A_MINUTE", default=30)
# The most invitations that one person sends within an hour, from whichever workspace; 0 is no
# limit.
INVITATIONS_AN_HOUR = env.int("INVITATIONS_AN_HOUR", default=30)
ACCOUNT_RATE_LIMITS = {
    "login": env("SIGN_IN_RATE", default="30/m/ip"),
    "login_failed": env("SIGN_IN_FAILURE_RATE", default="10/m/ip,5/5m/key"),
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "ipeo.api.authentication.TokenAuthentication",
        "ipeo.api.authentication.WorkspaceSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["ipeo.api.permissions.RolePermission"],
    "DEFAULT_THROTTLE_CLASSES": ["ipeo.api.throttling.CallerThrottle"],
    "DEFAULT_PAGINATION_CLASS": "ipeo.api.pagination.KeysetPagination",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "ipeo.api.descriptions.DescribedSchema",
    "EXCEPTION_HANDLER": "ipeo.api.problems.handle",
    "PAGE_SIZE": 50,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "IPEO",
    "DESCRIPTION": "Marketing programs around the cycle Insight, Plan, Execute, Optimize.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "StageEnum": "ipeo.models.Cycle.Stage",
        "CampaignStatusEnum": "ipeo.models.Campaign.Status",
        "ImportKindEnum": "execute.models.imports.Import.Kind",
        "TouchKindEnum": "execute.models.facts.Touch.Kind",
        "ImportStateEnum": "execute.models.imports.Import.State",
        "DispositionEnum": "insight.models.Disposition.Decision",
        "RecommendationDecisionEnum": "optimize.models.decisions.Decision.Choice",
        "ExperimentDecisionEnum": "optimize.models.experiments.Experiment.Decision",
        "ExperimentMetricEnum": "optimize.models.experiments.Experiment.Metric",
        "ObjectiveMetricEnum": "plan.models.objectives.Objective.Metric",
        "StudyKindEnum": "insight.models.research.Study.Kind",
        "EvidenceKindEnum": "insight.models.evidence.FindingEvidence.Kind",
        "SegmentKindEnum": "insight.api.evidence.SEGMENTS",
        "DealOutcomeEnum": "execute.models.deals.Outcome",
        "CurveOutcomeEnum": "insight.models.curves.ResponseCurve.Outcome",
    },
}

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        *(
            [structlog.dev.ConsoleRenderer(colors=False)]
            if DEBUG
            else [
                structlog.processors.format_exc_info,
                structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
            ]
        ),
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}
