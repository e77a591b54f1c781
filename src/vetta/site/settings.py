"""Django settings. Everything that differs between installations comes from the environment."""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from vetta.core.data_folder import DataFolder, default_root


def _flag(name: str, default: bool) -> bool:
    return os.environ.get(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def _list(name: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


VETTA_HOME = DataFolder(default_root()).ensure()
BASE_DIR = Path(__file__).resolve().parent

DEBUG = _flag("VETTA_DEBUG", False)
SECRET_KEY = os.environ.get("VETTA_SECRET_KEY") or VETTA_HOME.secret_key()
SECRET_KEY_FALLBACKS = _list("VETTA_SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = [*_list("VETTA_HOSTS"), "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = _list("VETTA_ORIGINS")
VETTA_HTTPS = _flag("VETTA_HTTPS", False)
VETTA_DEMO = (VETTA_HOME.root / "demo").exists()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "vetta.ui",  # before allauth: its sign-in templates are ours
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "vetta.core",
    "vetta.intake",
    "vetta.people",
    "vetta.facts",
    "vetta.metrics",
    "vetta.home",
    "vetta.site",
]

MIDDLEWARE = [
    "vetta.core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "vetta.core.middleware.ActorMiddleware",
    "vetta.core.api.middleware.ApiMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "csp.middleware.CSPMiddleware",
]

ROOT_URLCONF = "vetta.site.urls"
WSGI_APPLICATION = "vetta.site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": dj_database_url.config(
        default=f"sqlite:///{VETTA_HOME.database}", conn_max_age=60, conn_health_checks=True
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # WAL lets readers work beside the writer; IMMEDIATE takes the write lock at BEGIN, so a
    # transaction that reads first and writes later waits instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
ATOMIC_REQUESTS = False

# Shared by all processes of this machine, so that throttling counts them together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VETTA_HOME.cache / "django",
    }
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
# Seconds without a sign of life after which a job of a worker elsewhere is taken up again.
VETTA_JOB_LEASE = int(os.environ.get("VETTA_JOB_LEASE", "30"))

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if _flag("VETTA_TEST", False):
    PASSWORD_HASHERS.insert(0, "django.contrib.auth.hashers.MD5PasswordHasher")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "vetta.core.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True

# How many reverse proxies stand before Vetta; without it the throttle sees one visitor only.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("VETTA_PROXIES", "0"))

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = VETTA_HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = False  # the reverse proxy's work
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if VETTA_HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if VETTA_HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("it", _("Italian"))]
LOCALE_PATHS = [BASE_DIR.parent / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = VETTA_HOME.root / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise looks for it at start
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or _flag("VETTA_TEST", False)
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# To standard error, for whatever keeps the logs of this machine.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("VETTA_LOG_LEVEL", "WARNING")},
    "loggers": {"vetta.worker": {"level": os.environ.get("VETTA_LOG_LEVEL", "INFO")}},
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
VETTA_UPLOAD_MAX_BYTES = int(os.environ.get("VETTA_UPLOAD_MAX_BYTES", 2 * 1024**3))

EMAIL_HOST = os.environ.get("VETTA_SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("VETTA_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("VETTA_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("VETTA_SMTP_PASSWORD", "")
EMAIL_USE_TLS = _flag("VETTA_SMTP_TLS", False)
DEFAULT_FROM_EMAIL = os.environ.get("VETTA_MAIL_FROM", "vetta@localhost")
