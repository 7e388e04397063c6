"""Every page that a link leads to: it answers, is whole and quiet, and speaks in plain words."""

import re
from collections import deque
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest

from demo.making import PASSWORD, make_demonstration
from tests.browser.browsing import Person
from tests.browser.product import Product

# One worker runs them in turn: they share a running product.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("crawl")]

HOME = "/w/northwind/"
FILES = re.compile(r"\.\w+$|/exports?/|/download/")

# One visit reads all of this: what is asked of a page one by one costs more than the page.
_READ = """() => ({
  title: document.title,
  headings: [...document.querySelectorAll("h1")].filter((one) => one.checkVisibility()).length,
  text: document.body.innerText,
  links: [...document.querySelectorAll("a[href]")].map((one) => one.href),
})"""

# What a person should never read: the word for it, and how it looks.
UNREADABLE = {
    "a machine's word": r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b",
    "an absent value": r"\bNone\b(?! of| yet|,)|\bnull\b|\bundefined\b|\bNaN\b|\bnan\b",
    "an object": r"\[object |<[A-Z]\w+:? |\w+\(\w+=|datetime\.|Decimal\(",
    "a template": r"\{\{|\}\}|\{%|%\}|</?c-",
    "two full stops": r"(?<!\.)\.\.(?!\.)|\.”\.|…\.",
    "a space before a stop": r"\w [.,;:](?=\s|$)",
    "true or false": r"\bTrue\b|\bFalse\b",
    "one of many": (
        r"(?<![\d.,])1 (?:deals|tasks|days|findings|people|programs|weeks|buyers|rows)\b"
    ),
}


@pytest.fixture(scope="module", autouse=True)
def demonstration(product: Product) -> None:
    """A tenth of the demonstration."""
    with product.rows():
        make_demonstration(slug="northwind", seed=2, scale=0.1, today=date.today())


def pattern(path: str) -> str:
    """What the addresses of one kind of page have in common."""
    return re.sub(r"/\d+(?=/|$)", "/#", path)


def unreadable(text: str) -> list[str]:
    """The places in a page's text that a person could not have written."""
    return [
        f"{what}: …{text[max(0, match.start() - 40) : match.end() + 20]!r}"
        for what, looks in UNREADABLE.items()
        for match in re.finditer(looks, text)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "won_margin by June",
        "Owner: None",
        "NaN days",
        "{{ deal.name }}",
        "Renew it..",
        "Spent , not planned",
        "Approved: True",
        "1 deals open",
        "<Deal: 7>",
    ],
)
def test_what_a_machine_wrote_is_recognized(text: str) -> None:
    assert unreadable(text)


@pytest.mark.parametrize(
    "text", ["None of your deals waits.", "Saved …", "1 deal, 11 tasks", "rep@demo.ipeo.test"]
)
def test_what_a_person_wrote_is_left_alone(text: str) -> None:
    assert unreadable(text) == []


def test_a_style_that_the_policy_refuses_is_complained_of(person: Callable[..., Person]) -> None:
    somebody = person()
    somebody.open("/accounts/login/")
    somebody.page.evaluate("document.body.setAttribute('style', 'color: red')")
    somebody.page.wait_for_timeout(50)
    (complaint,) = somebody.complaints
    assert "Content Security Policy" in complaint
    somebody.complaints.clear()


class Walk:
    """Follows every link from home to one address of each kind, made from the same template.

    `examined` are the kinds that somebody has looked at; of these only the answer is asked for.
    """

    def __init__(self, person: Person, examined: set[str]) -> None:
        self.person, self.examined = person, examined
        self.seen: set[str] = set()
        self.faults: list[str] = []

    def begin(self) -> "Walk":
        """Walk until no link leads to anything new."""
        waiting, known = deque([HOME]), {HOME}
        while waiting:
            path = waiting.popleft()
            kind = pattern(path)
            if kind in self.seen:
                continue
            self.seen.add(kind)
            visit = self._look if kind not in self.examined else self._ask
            for link in visit(path):
                if link not in known:
                    known.add(link)
                    waiting.append(link)
        return self

    def _look(self, path: str) -> list[str]:
        answer = self.person.goto(path)
        read: dict[str, Any] = self.person.page.evaluate(_READ)
        wrong = unreadable(read["text"])
        if answer is None or answer.status != 200:
            wrong.append(f"answered {answer and answer.status}")
        if read["headings"] != 1:
            wrong.append(f"{read['headings']} main headings")
        if not re.fullmatch(r"\S.* · .*\S|IPEO", read["title"]):
            wrong.append(f"the title {read['title']!r}")
        if self.person.is_wider_than_its_window():
            wrong.append("scrolls sideways")
        self.examined.add(pattern(path))
        wrong += self.person.faults("light", frame=path == HOME)
        self.faults += [f"{path}: {one}" for one in wrong]
        return [urlsplit(link).path for link in read["links"] if self._leads_inside(link)]

    def _ask(self, path: str) -> list[str]:
        answer = self.person.context.request.get(path)
        if answer.status != 200:
            self.faults.append(f"{path}: answered {answer.status}")
        links = re.findall(r'<a [^>]*href="([^"?#]*)', answer.text())
        return [link for link in links if self._leads_inside(self.person.address + link)]

    def _leads_inside(self, link: str) -> bool:
        inside = (f"{self.person.address}{HOME}", f"{self.person.address}/accounts/")
        return link.startswith(inside) and not FILES.search(urlsplit(link).path)


@pytest.fixture(scope="module")
def examined() -> set[str]:
    """The kinds of pages that have been looked at."""
    return set()


def test_every_page_a_manager_can_reach_is_whole_on_a_phone(
    person: Callable[..., Person], examined: set[str]
) -> None:
    manager = person(phone=True)
    manager.sign_in("manager@demo.ipeo.test", PASSWORD)
    walk = Walk(manager, examined).begin()
    assert walk.faults == []
    assert len(walk.seen) > 60


def test_every_page_a_rep_can_reach_is_whole_on_a_phone(
    person: Callable[..., Person], examined: set[str]
) -> None:
    rep = person(phone=True)
    rep.sign_in("rep@demo.ipeo.test", PASSWORD)
    walk = Walk(rep, examined).begin()
    assert walk.faults == []
    assert len(walk.seen) > 25


def test_every_page_a_marketer_can_reach_is_whole_on_a_desk(
    person: Callable[..., Person], examined: set[str]
) -> None:
    marketer = person()
    marketer.sign_in("marketer@demo.ipeo.test", PASSWORD)
    walk = Walk(marketer, examined).begin()
    assert walk.faults == []
    assert len(walk.seen) > 50
