"""Addresses of the servers, as the environment states them."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

OWNER = "ipeo_owner"
APPLICATION = "ipeo_app"
DATABASE = "ipeo"


def database_url(directory: Path, role: str) -> str:
    """Return the address of the embedded database on its socket, for one role.

    The form is the one django-environ reads: the socket's directory, then the database's name.
    """
    return f"postgres://{role}@/{directory}/{DATABASE}"


def redis_url(socket: Path) -> str:
    """Return the address of the embedded Valkey, as redis-py reads it."""
    return f"unix://{socket}?db=0"


def broker_url(redis_url: str) -> str:
    """Return Celery's form of a Redis address.

    Kombu names a socket `redis+socket:///path?virtual_host=N`, where redis-py says
    `unix:///path?db=N`; addresses with a host are the same for both and pass unchanged.
    """
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    number = parse_qs(parts.query).get("db", ["0"])[0]
    secret = f":{parts.password}@" if parts.password else ""
    return f"redis+socket://{secret}{parts.path}?virtual_host={number}"
