"""Every setting of Transom, each read from one environment variable with a safe default.

Nothing else in the project reads the environment. docs/deployment.md has a sentence for each variable.
A bad value stops the process with a sentence that names the variable.
"""

import hashlib
import os
import re
import secrets
from pathlib import Path

import dj_database_url

from webapp.bucket import Bucket
from webapp.listening import DEFAULT_BIND, shared_port

BASE_DIR = Path(__file__).resolve().parent.parent


def env_flag(name: str, *, default: bool) -> bool:
    text = os.environ.get(name, "").strip().lower()
    if text in ("", "0", "1", "no", "yes", "false", "true", "off", "on"):
        return default if not text else text in ("1", "yes", "true", "on")
    raise SystemExit(f"{name} is {text!r}; write yes or no.")


def env_number(name: str, *, default: float) -> float:
    text = os.environ.get(name, "").strip()
    try:
        return float(text) if text else default
    except ValueError:
        raise SystemExit(f"{name} is {text!r}; write a number.") from None


def env_choice(name: str, *, choices: tuple[str, ...], default: str) -> str:
    text = os.environ.get(name, "").strip().lower() or default
    if text not in choices:
        raise SystemExit(f"{name} is {text!r}; write one of {', '.join(choices)}.")
    return text


def env_origin(name: str) -> str | None:
    text = os.environ.get(name, "").strip().rstrip("/").lower()
    if not text or re.fullmatch(r"https?://[a-z0-9.-]+(:[1-9][0-9]{0,4})?", text):
        return text or None
    raise SystemExit(f"{name} is {text!r}; write an origin, as https://files.example.com.")


def env_bucket() -> Bucket | None:
    if not (name := os.environ.get("TRANSOM_S3_BUCKET", "").strip()):
        return None
    return Bucket(
        name=name,
        endpoint=os.environ.get("TRANSOM_S3_ENDPOINT", "").strip().rstrip("/").lower(),
        region=os.environ.get("TRANSOM_S3_REGION", "").strip() or "us-east-1",
        access_key=os.environ.get("TRANSOM_S3_ACCESS_KEY", "").strip(),
        secret_key=os.environ.get("TRANSOM_S3_SECRET_KEY", "").strip(),
        prefix=os.environ.get("TRANSOM_S3_PREFIX", "").strip(),
        has_own_host=env_flag("TRANSOM_S3_OWN_HOST", default=False),
    )


def kept_secret(name: str, variable: str, size: int) -> str:
    """The secret from `variable`, else from a 0600 file in the data folder, made on first use."""
    if given := os.environ.get(variable, ""):
        return given
    path = DATA_DIR / "keys" / name
    try:
        return path.read_text()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(size))
    return path.read_text()


def static_build(folder: Path) -> str:
    """A short hash over names, sizes and times below `folder`: the version in every static address."""
    seen = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            facts = path.stat()
            seen.update(f"{path.relative_to(folder)}:{facts.st_size}:{facts.st_mtime_ns};".encode())
    return seen.hexdigest()[:12]


DATA_DIR = Path(os.environ.get("TRANSOM_DATA") or BASE_DIR / "var").resolve()
UPLOAD_DIR = DATA_DIR / "uploads"
SHARED_DIR = DATA_DIR / "shared"

VERSION = "0.1.0"
DEBUG = False
SECRET_KEY = kept_secret("secret", "TRANSOM_SECRET_KEY", 40)
# Public ids are keyed apart from SECRET_KEY, so that rotating that one breaks no address or script.
PUBLIC_ID_KEY = hashlib.sha256(kept_secret("public_id", "TRANSOM_PUBLIC_ID_KEY", 32).encode()).digest()[:16]
# The seed of the Ed25519 key that signs where the audit record ends.
AUDIT_KEY = hashlib.sha256(kept_secret("audit", "TRANSOM_AUDIT_KEY", 32).encode()).digest()

HTTPS = env_flag("TRANSOM_HTTPS", default=False)
ALLOWED_HOSTS = [
    host.strip()
    for host in (os.environ.get("TRANSOM_ALLOWED_HOSTS") or "localhost,127.0.0.1,[::1]").split(",")
    if host.strip()
]
# None means: addresses are built from the request's own (allowed) host.
PUBLIC_URL = os.environ.get("TRANSOM_PUBLIC_URL", "").rstrip("/") or None
if HTTPS and env_flag("TRANSOM_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Shared bytes have an origin of their own. None means: it is at the request's host, and at SHARED_PORT.
SHARED_PORT = shared_port(os.environ.get("TRANSOM_BIND") or DEFAULT_BIND, os.environ.get("TRANSOM_SHARED_PORT", ""))
SHARED_URL = env_origin("TRANSOM_SHARED_URL")
SHARED_URLCONF = "webapp.shared_urls"
if SHARED_URL is not None and SHARED_URL == PUBLIC_URL:
    raise SystemExit("TRANSOM_SHARED_URL is TRANSOM_PUBLIC_URL; give the bytes of shared items an origin of their own.")

EGRESS_LOCK = env_choice("TRANSOM_EGRESS_LOCK", choices=("auto", "required", "off"), default="auto")

INSTALLED_APPS = [
    "webapp.accounts.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "webapp.privacy",
    "webapp.accounts.apps.AccountsConfig",
    "webapp.jobs",
    "webapp.datasets",
    "webapp.labels",
    "webapp.query",
    "webapp.query.columns",
    "webapp.promotions",
    "webapp.courier",
    "webapp.evidence",
    "webapp.exchange",
    "webapp.wire",
    "webapp.pages",
    "webapp.demo",
]

MIDDLEWARE = [
    "webapp.privacy.headers.PrivacyHeaders",
    "django.middleware.security.SecurityMiddleware",
    "webapp.privacy.shared_origin.SharedOrigin",
    "webapp.privacy.methods.DeclaredMethods",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
]

# X-Frame-Options is privacy/headers.py's, with the rest of the policy.
SILENCED_SYSTEM_CHECKS = ["security.W002"]

ROOT_URLCONF = "webapp.urls"
WSGI_APPLICATION = "webapp.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "pages",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"environment": "webapp.jinja.environment"},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "NAME": "admin",
        "DIRS": [BASE_DIR / "templates" / "django"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'transom.sqlite3'}", conn_max_age=600
    )
}
_database = DATABASES["default"]
# `?host=/folder` is how a unix socket is written in an address.
_database["HOST"] = _database.get("HOST") or _database.setdefault("OPTIONS", {}).pop("host", "")
DATABASE_IS_SQLITE = _database["ENGINE"].endswith("sqlite3")
# A unix socket (or a file) needs no network, so the kernel lock can be complete.
DATABASE_IS_LOCAL = DATABASE_IS_SQLITE or str(_database.get("HOST") or "").startswith("/")
if DATABASE_IS_SQLITE:
    _database["CONN_MAX_AGE"] = None
    _database["OPTIONS"] = {
        "timeout": 20,
        # DEFERRED fails at once with "database is locked" when a read must become a write.
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=268435456;"
            " PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864;"
        ),
    }
else:
    # Server-side binding keeps signed URLs out of the PostgreSQL log when a statement fails.
    _database["OPTIONS"] = {
        **_database.get("OPTIONS", {}),
        "server_side_binding": True,
        # Every table is read by a key that has an index. Statistics from before an ingest, which may know of one huge
        # image only, else make the planner read the whole table for each row (tried: 42 s instead of 26 ms).
        "options": (
            "-c statement_timeout=60000 -c lock_timeout=20000 -c idle_in_transaction_session_timeout=120000"
            " -c enable_seqscan=off"
        ),
    }

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"

# Lock by person and address together: by person alone, a stranger could lock anybody out.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_USERNAME_FORM_FIELD = "username"
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_CALLABLE = "webapp.pages.sign_in.locked_out"

# What the app on somebody's phone calls this server.
OTP_TOTP_ISSUER = "Transom"

SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "transom_session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "transom_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "webapp.pages.errors.csrf_failure"

MAX_BODY_BYTES = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 100
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_TEMP_DIR = None
# One signed upload: newline-delimited JSON, streamed to disk.
MAX_UPLOAD_BYTES = int(env_number("TRANSOM_MAX_UPLOAD_MB", default=4096)) * 1024 * 1024
# One local file of an ordinary dataset.
MAX_FILE_BYTES = int(env_number("TRANSOM_MAX_FILE_MB", default=100)) * 1024 * 1024
UPLOAD_LINK_SECONDS = 3600
# A link to shared bytes ends after this long, whoever has it by then.
SHARED_LINK_SECONDS = int(env_number("TRANSOM_SHARED_LINK_MINUTES", default=10) * 60)

JOB_LEASE_SECONDS = env_number("TRANSOM_JOB_LEASE_SECONDS", default=15)
JOB_POLL_SECONDS = env_number("TRANSOM_JOB_POLL_SECONDS", default=0.25)

# The one process with a network: `manage.py courier`. Off, it copies nothing and only ends what has expired.
COURIER_IS_ON = env_flag("TRANSOM_COURIER", default=True)
COURIER_THREADS = int(env_number("TRANSOM_COURIER_THREADS", default=8))
COURIER_LEASE_SECONDS = env_number("TRANSOM_COURIER_LEASE_SECONDS", default=60)
# What it may receive for one team between two midnights, UTC; None for no limit.
COURIER_DAILY_BYTES = int(env_number("TRANSOM_COURIER_DAILY_MB", default=0) * 1024 * 1024) or None
# A file of certificate authorities instead of the system's, for hosts whose certificates an own authority signs.
COURIER_AUTHORITIES = Path(found) if (found := os.environ.get("TRANSOM_COURIER_AUTHORITIES", "")) else None
# For trying Transom on one machine only: an origin's rule may list loopback addresses.
COURIER_LOOPBACK = env_flag("TRANSOM_COURIER_LOOPBACK", default=False)

# Where copies of approved items stay. A bucket may also be known while new copies stay here: for those it has.
SHARED_STORE = env_choice("TRANSOM_SHARED_STORE", choices=("local", "s3"), default="local")
BUCKET = env_bucket()
if SHARED_STORE == "s3" and BUCKET is None:
    raise SystemExit("TRANSOM_SHARED_STORE is s3; set TRANSOM_S3_BUCKET and what docs/deployment.md says of it.")

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

# Relative imports between modules keep working because the version is a folder, not a file name.
STATIC_BUILD = static_build(BASE_DIR / "static")
STATIC_URL = f"/static/{STATIC_BUILD}/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 31536000


def WHITENOISE_IMMUTABLE_FILE_TEST(_path: str, url: str) -> bool:  # noqa: N802 (the name is whitenoise's)
    return url.startswith(STATIC_URL)


DEFAULT_EXCEPTION_REPORTER_FILTER = "webapp.privacy.redaction.SilentReporterFilter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "webapp.privacy.redaction.RedactingFilter"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["redact"], "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "axes": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}
