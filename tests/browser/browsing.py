"""People at a browser, who complain about what went wrong on the way."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Locator, Page, Playwright, Response, expect

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESK = {"width": 1360, "height": 900}
# Inherited colours change level by level, each level in a frame of its own. Of what axe found only
# the violations are told: to hand over the rest of its report takes longer than the page.
_EXAMINE = """async ([context, options]) => {
  for (let still = 0; still < 3; still += 1) {
    await new Promise(requestAnimationFrame);
    if (document.getAnimations().some((one) => one.playState === "running")) still = 0;
  }
  if (!("axe" in window)) return null;
  const {violations} = await axe.run(context, options);
  return violations.flatMap(({id, nodes}) =>
    nodes.slice(0, 3).map(({html}) => `${id}: ${html.slice(0, 160)}`));
}"""
# A request that a later one of its field replaced, or that leaving the page ended. One that
# failed says "htmx:sendError" besides.
_REPLACED = re.compile(r"htmx:(afterRequest|sendAbort)\b")
_MOVING = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"
_QUIET = """async (moving) => {
  const until = Date.now() + 20_000;
  while (document.querySelector(moving)) {
    if (Date.now() > until) throw new Error("Something is still being fetched.");
    await new Promise((done) => setTimeout(done, 20));
  }
}"""
# Rows are alike: the first ones stand for all.
_ALIKE = [["tbody tr:nth-child(n+6)"], ["li:nth-child(n+9)"]]
# What stands round every page.
_FRAME = [[".rail"], [".topbar"], [".tabbar"], ["#more"], ["#palette"]]
PHONE = {"width": 390, "height": 844}


def launch(playwright: Playwright) -> Browser:
    """Start the Chromium of the system."""
    return playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)


class Person:
    """Somebody with a browser window of their own, at a desk or on a phone."""

    def __init__(
        self, browser: Browser, address: str, *, phone: bool = False, scale: int | None = None
    ) -> None:
        self.address = address
        # Nothing moves, so that what is looked at is in its last state.
        self.context = browser.new_context(
            base_url=address,
            viewport=PHONE if phone else DESK,
            has_touch=phone,
            is_mobile=phone,
            device_scale_factor=scale or (2 if phone else 1),
            reduced_motion="reduce",
            locale="en-GB",
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self._here()}: {error}"))
        self.page.on("response", self._receive)

    def _here(self) -> str:
        return self.page.url.removeprefix(self.address)

    def _hear(self, message: Any) -> None:
        if message.type in {"error", "warning"} and not _REPLACED.match(message.text):
            self.complaints.append(f"{self._here()}: {message.text}")

    def _receive(self, response: Any) -> None:
        if response.status >= 400:
            path = response.url.removeprefix(self.address)
            self.complaints.append(f"{response.status} {response.request.method} {path}")

    @contextmanager
    def expecting_refusal(self) -> Iterator[None]:
        """Overlook what the browser notes about an answer that was provoked."""
        before = list(self.complaints)
        yield
        self.page.wait_for_load_state()
        refused = re.compile(r"^4\d\d |status of 4\d\d")
        later = self.complaints[len(before) :]
        self.complaints[:] = before + [line for line in later if not refused.search(line)]

    def sign_in(self, email: str, password: str) -> None:
        """Sign in through the form."""
        self.open("/accounts/login/")
        self.fill("Email", email)
        self.fill("Password", password)
        self.press("Sign in")
        expect(self.page).not_to_have_url(re.compile("login"), timeout=20_000)

    def open(self, path: str) -> None:
        """Type an address."""
        self.goto(path)

    def goto(self, path: str) -> Response | None:
        """Type an address, wait as `settle` does, and return what answered.

        Nothing was clicked here that could lead away from the page, so that it can look after
        itself: to find elements of a page takes far more of both processes.
        """
        answer = self.page.goto(path)
        self.page.evaluate(_QUIET, _MOVING)
        return answer

    def follow(self, name: str, *, within: Locator | None = None, exact: bool = True) -> None:
        """Click a link by its words."""
        (within or self.main()).get_by_role("link", name=name, exact=exact).first.click()
        self.settle()

    def go(self, name: str) -> None:
        """Click a line of the navigation beside the page."""
        self.follow(name, within=self.page.get_by_role("navigation", name="Main"))

    def press(self, name: str, *, within: Locator | None = None, exact: bool = True) -> None:
        """Click a button by its words."""
        (within or self.page).get_by_role("button", name=name, exact=exact).first.click()
        self.settle()

    def fill(self, label: str, value: str, *, within: Locator | None = None) -> None:
        """Type into a field by its label."""
        words = re.compile(rf"^{re.escape(label)}( optional)?$")
        (within or self.page).get_by_label(words).first.fill(value)

    def choose(self, label: str, option: str, *, within: Locator | None = None) -> None:
        """Choose an entry of a list by its words, or the first that begins with them."""
        words = re.compile(rf"^{re.escape(label)}( optional)?$")
        field = (within or self.page).get_by_label(words).first
        entry = field.locator("option").filter(has_text=re.compile(rf"^\s*{re.escape(option)}"))
        field.select_option(value=entry.first.get_attribute("value"))
        self.settle()

    def pick(self, name: str, *, within: Locator | None = None) -> None:
        """Touch a chip, whose input lies hidden in its label."""
        words = re.compile(rf"^\s*{re.escape(name)}\s*$")
        chip = (within or self.page).locator("label", has_text=words)
        chip.locator("visible=true").first.click()
        self.settle()

    def settle(self) -> None:
        """Wait until the page is there and no part of it is being fetched."""
        self.page.wait_for_load_state()
        expect(self.page.locator(_MOVING)).to_have_count(0, timeout=20_000)

    def see_drawn(self) -> None:
        """Wait until every chart in view is drawn."""
        expect(self.page.locator("figure.chart[data-state=waiting]")).to_have_count(0)

    def main(self) -> Locator:
        """The page itself, without the navigation."""
        return self.page.locator("#main")

    def sees(self, text: str | re.Pattern[str], *, within: float = 10) -> None:
        """Wait until the page shows some text."""
        expect(self.main()).to_contain_text(text, timeout=within * 1000, use_inner_text=True)

    def faults(self, *schemes: Literal["light", "dark"], frame: bool = True) -> list[str]:
        """Return what axe finds on this page, in light and in dark unless one is named."""
        found = []
        for scheme in schemes or ("light", "dark"):
            if scheme == "dark":
                self.page.emulate_media(color_scheme=scheme)
            # The scheme changes colours alone.
            rules = {"runOnly": ["color-contrast"]} if scheme == "dark" else {}
            options = {"resultTypes": ["violations"], "preload": False, **rules}
            context = {"exclude": _ALIKE if frame else _ALIKE + _FRAME}
            answer = self.page.evaluate(_EXAMINE, [context, options])
            if answer is None:
                self.page.evaluate(AXE_SCRIPT)
                # Later pages bring it along, and the browser keeps what it has compiled of it.
                self.context.add_init_script(AXE_SCRIPT)
                answer = self.page.evaluate(_EXAMINE, [context, options])
            found += [f"{self._here()} ({scheme}) {fault}" for fault in answer]
        self.page.emulate_media(color_scheme="light")
        return found

    def is_wider_than_its_window(self) -> bool:
        """Say whether the page scrolls sideways once its charts have been drawn to fit."""
        root = "document.documentElement"
        for _ in range(20):
            if not self.page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"):
                return False
            self.page.wait_for_timeout(100)
        return True

    def close(self) -> None:
        """Leave."""
        self.context.close()
