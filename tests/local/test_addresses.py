"""Addresses are read alike by Django, redis-py and Celery."""

from pathlib import Path

import environ
import pytest
import redis

from ipeo.local import broker_url
from ipeo.local.addresses import database_url, redis_url


def test_django_reads_the_embedded_database_from_its_address() -> None:
    read = environ.Env.db_url_config(database_url(Path("/srv/ipeo-1/run"), "ipeo_app"))
    assert (read["HOST"], read["USER"], read["NAME"]) == ("/srv/ipeo-1/run", "ipeo_app", "ipeo")


def test_redis_py_and_celery_read_the_same_socket() -> None:
    address = redis_url(Path("/srv/ipeo-1/run/valkey.sock"))
    asked = redis.Redis.from_url(address).connection_pool.connection_kwargs
    assert (asked["path"], asked["db"]) == ("/srv/ipeo-1/run/valkey.sock", 0)
    assert broker_url(address) == "redis+socket:///srv/ipeo-1/run/valkey.sock?virtual_host=0"


def test_a_broker_keeps_the_number_and_the_password_of_its_socket() -> None:
    assert (
        broker_url("unix://:secret@/run/valkey.sock?db=3")
        == "redis+socket://:secret@/run/valkey.sock?virtual_host=3"
    )


@pytest.mark.parametrize("address", ["redis://valkey:6379/0", "rediss://u:p@host:6380/2"])
def test_an_address_with_a_host_is_the_same_for_both(address: str) -> None:
    assert broker_url(address) == address
