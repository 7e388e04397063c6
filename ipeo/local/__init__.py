"""PostgreSQL and Valkey from wheels, for a machine that has neither.

Plain Python, importable before Django is set up. `provide` is what a command calls; the
supervisor behind `manage.py up` stands in `ipeo.local.supervisor`.
"""

from ipeo.local.addresses import broker_url
from ipeo.local.homes import Home, local_secret
from ipeo.local.provision import ServersUnavailable, provide

__all__ = ["Home", "ServersUnavailable", "broker_url", "local_secret", "provide"]
