"""Every page that a link leads to: whole, quiet, in its width and free of faults."""

import re
from collections import deque
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.browser.browsing import DESK, PHONE, Person
from tests.browser.product import Product

PASSWORD = "demo-ipeo-2026"
HOME = "/w/northwind/"


@pytest.fixture(scope="module", autouse=True)
def demonstration(product: Product) -> None:
    """A tenth of the demonstration, measured."""
    product.manage("demo", "--workspace", "northwind", "--seed", "1", "--scale", "0.1")
    product.manage("recompute", "--workspace", "northwind")


def pattern(path: str) -> str:
    """What two addresses of the same kind of page have in common."""
    return re.sub(r"/\d+(?=/|$)", "/#", path)


def links(person: Person) -> list[str]:
    """The addresses inside the workspace that the page leads to, in its order."""
    found = person.page.locator("a[href]").evaluate_all("all => all.map(a => a.href)")
    parts = [urlsplit(href) for href in found if href.startswith(f"{person.address}{HOME}")]
    return list(dict.fromkeys(part.path for part in parts if "." not in part.path))


def walk(person: Person, look: Callable[[], list[str]]) -> tuple[set[str], list[str]]:
    """Open one page of every kind that can be reached from home; return the kinds and faults."""
    seen, found, waiting = {HOME}, [], deque([HOME])
    while waiting:
        person.open(waiting.popleft())
        found += look()
        for path in links(person):
            if pattern(path) not in seen:
                seen.add(pattern(path))
                waiting.append(path)
    return seen, found


def test_every_kind_of_page_is_whole_on_a_desk_and_on_a_phone(
    person: Callable[..., Person],
) -> None:
    manager = person()
    manager.sign_in("manager@demo.ipeo.test", PASSWORD)

    def look() -> list[str]:
        found = manager.faults("light")
        manager.page.set_viewport_size(PHONE)
        if manager.is_wider_than_its_window():
            found.append(f"{manager.page.url} scrolls sideways on a phone")
        manager.page.set_viewport_size(DESK)
        return found

    seen, found = walk(manager, look)
    assert found == []
    assert len(seen) > 60


def test_a_rep_on_a_phone_finds_every_page_whole(person: Callable[..., Person]) -> None:
    rep = person(phone=True)
    rep.sign_in("rep@demo.ipeo.test", PASSWORD)

    def look() -> list[str]:
        wide = rep.is_wider_than_its_window()
        return [f"{rep.page.url} scrolls sideways"] if wide else []

    seen, found = walk(rep, look)
    assert found == []
    assert len(seen) > 25


@pytest.mark.parametrize("role", ["owner", "marketer", "viewer"])
def test_no_link_leads_a_member_astray(person: Callable[..., Person], role: str) -> None:
    member = person()
    member.sign_in(f"{role}@demo.ipeo.test", PASSWORD)
    seen, astray, waiting = {HOME}, [], deque([HOME])
    while waiting:
        path = waiting.popleft()
        answer = member.context.request.get(path)
        if not answer.ok:
            astray.append(f"{answer.status} {path}")
        for found in re.findall(rf'(?:href|hx-get)="({HOME}[^"?#.]*)', answer.text()):
            if pattern(found) not in seen:
                seen.add(pattern(found))
                waiting.append(found)
    assert astray == []
    assert len(seen) > 40
