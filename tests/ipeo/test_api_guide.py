"""What docs/api.md tells holds: its examples work, and it names all that there is."""

import re
import shlex
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver

from execute.models import Deal, Driver
from ipeo.actions.members import make_token
from tests.factories.execute import DealFactory, DealStageFactory, DriverFactory
from tests.factories.insight import CompetitorFactory, ContactFactory

GUIDE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
HOST = "https://ipeo.example.com"
EXAMPLES = re.findall(r"^```\n(curl .*?)```", GUIDE, re.MULTILINE | re.DOTALL)


def resources() -> set[str]:
    """Return the first part of each address of the API."""
    api = next(
        part for part in get_resolver().url_patterns if str(part.pattern).startswith("api/v1")
    )
    found = set()

    def walk(patterns, before=""):
        for part in patterns:
            address = before + str(part.pattern).removeprefix("^")
            if hasattr(part, "url_patterns"):
                walk(part.url_patterns, address)
            else:
                found.add(address.split("/")[0])

    walk(api.url_patterns)
    return {name for name in found if re.fullmatch(r"[a-z-]+", name)}


def test_the_guide_names_every_resource():
    named = set(re.findall(r"`([a-z-]+)`", GUIDE.split("## What there is")[1].split("## ")[0]))
    assert resources() - named == {"schema"}
    assert named - resources() == set()


@pytest.fixture
def token(workspace, member):
    """A manager's token, in a workspace that holds the rows that the examples name."""
    stage = DealStageFactory(pk=3)
    DealFactory(pk=12, stage=stage)
    DriverFactory(pk=5)
    CompetitorFactory(pk=2)
    ContactFactory(email="ada@halden.test")
    _, secret = make_token(membership=member("manager"), name="Guide", may_write=True, days=30)
    return secret


@pytest.mark.django_db
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split("/api/v1/")[1].strip())
def test_an_example_of_the_guide_works(token, example):
    words = shlex.split(example.replace("\\\n", " "))
    given = dict.fromkeys(("-X", "-d"))
    headers, address, rest = {}, "", iter(words[1:])
    for word in rest:
        if word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value.replace("ipeo_...", token)
        elif word in given:
            given[word] = next(rest)
        else:
            address = word.removeprefix(HOST)
    assert address.startswith("/api/v1/")
    answer = Client().generic(
        given["-X"] or "GET",
        address,
        given["-d"] or "",
        content_type=headers.pop("Content-Type", "application/json"),
        headers=headers,
    )
    assert answer.status_code in {200, 201}, answer.text
    if address.endswith("/outcome/"):
        assert Deal.objects.get(pk=12).drivers.get() == Driver.objects.get(pk=5)


def test_the_guide_has_examples_of_reading_writing_and_versions():
    assert len(EXAMPLES) >= 6
    assert any("If-Match" in example for example in EXAMPLES)
    assert any("Idempotency-Key" in example for example in EXAMPLES)
