"""A running product and a browser, for the tests that need both."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import browsing
from tests.browser.browsing import Person
from tests.browser.product import Product, running


@pytest.fixture(scope="session")
def chromium() -> None:
    """Chromium is there, or the test is skipped."""
    if not browsing.CHROMIUM.exists():
        pytest.skip("Chromium is not installed")


@pytest.fixture(scope="package")
def product(chromium: None, django_db_setup: None, django_db_blocker: Any) -> Iterator[Product]:
    """A running product, in which each module of this folder makes a workspace of its own."""
    with django_db_blocker.unblock(), running("browser") as made:
        yield made


@pytest.fixture(scope="module")
def browser(product: Product) -> Iterator[Browser]:
    """The Chromium of the system, for one module: no other test may meet its event loop."""
    with sync_playwright() as playwright:
        started = browsing.launch(playwright)
        yield started
        started.close()


@pytest.fixture
def person(product: Product, browser: Browser) -> Iterator[Callable[..., Person]]:
    """Gives somebody at a browser; the test fails where anybody's browser complained."""
    people: list[Person] = []

    def give(*, phone: bool = False) -> Person:
        # Nobody looks at the pictures: a phone's finer ones would only take longer to draw.
        people.append(Person(browser, product.address, phone=phone, scale=1))
        return people[-1]

    yield give
    complaints = [line for one in people for line in one.complaints]
    for one in people:
        one.close()
    assert complaints == [], product.said()
