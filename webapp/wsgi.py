"""The WSGI application that gunicorn serves, once the rule holds in this installation."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
application = get_wsgi_application()

# Django runs no system check under WSGI; this one refuses to serve instead.
from webapp.privacy.checks import require_sound_installation  # noqa: E402 (needs the loaded settings)

require_sound_installation()
