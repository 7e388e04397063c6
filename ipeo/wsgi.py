"""The WSGI entry point."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ipeo.settings")


def settle() -> None:
    """Load what every page needs, and let the collector of garbage pass it over from now on.

    It would walk all of it again and again, in the middle of somebody's page.
    """
    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()


application = get_wsgi_application()
settle()
