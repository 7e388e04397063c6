"""The pictures of the README, taken of the running product: `make shots`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests import servers

PICTURES = servers.ROOT / "docs" / "pictures"
MOST_BYTES = 400_000


@contextmanager
def demonstration() -> Iterator[str]:
    """The product with a demonstration of the usual size; yields its address."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ipeo.settings")
    import django

    django.setup()

    from tests.browser.product import running

    with running("shots") as product:
        print("Making the demonstration.")
        product.manage("demo", "--workspace", "northwind", "--seed", "2", "--scale", "1")
        yield product.address


def campaign(browser: Browser, address: str, path: Path) -> None:
    """The campaign's page on a manager's desk."""
    from demo.making import PASSWORD
    from tests.browser.browsing import Person

    for scale in (2, 1):
        manager = Person(browser, address, scale=scale)
        manager.sign_in("manager@demo.ipeo.test", PASSWORD)
        manager.go("Campaigns")
        manager.follow("Desks that pay back")
        manager.page.set_viewport_size({"width": 1360, "height": 1000})
        manager.settle()
        # A chart is drawn once it comes near the window.
        manager.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        manager.see_drawn()
        manager.page.evaluate("scrollTo(0, 0)")
        manager.page.screenshot(path=path)
        manager.close()
        if path.stat().st_size < MOST_BYTES:
            return


def outcome(browser: Browser, address: str, path: Path) -> None:
    """A rep's phone, with an outcome half written."""
    from demo.making import PASSWORD
    from tests.browser.browsing import Person

    rep = Person(browser, address, phone=True)
    rep.sign_in("rep@demo.ipeo.test", PASSWORD)
    rep.open("/w/northwind/mine/")
    rep.main().locator("a[href*='/outcome/']").first.click()
    rep.settle()
    rep.pick("Won")
    rep.pick("Payback proof")
    rep.pick("Service")
    rep.page.screenshot(path=path)
    rep.close()


def main() -> None:
    """Take both."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with demonstration() as address, sync_playwright() as playwright:
        from tests.browser.browsing import launch

        browser = launch(playwright)
        for take in (campaign, outcome):
            path = PICTURES / f"{take.__name__}.png"
            take(browser, address, path)
            size = path.stat().st_size
            print(f"{path.relative_to(servers.ROOT)}: {size // 1000} kB")
            assert size < MOST_BYTES
        browser.close()


if __name__ == "__main__":
    main()
