"""Words that fill a choice, and names that mean the same."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execute.numerics.periods import spread
from execute.numerics.values import (
    TOUCH_KINDS,
    TOUCH_WORDS,
    Names,
    closest,
    edits,
    expense_state,
    outcome_word,
    stage_outcome,
    touch_kind,
    variants,
)


@pytest.mark.parametrize(
    ("stage", "outcome"),
    [
        ("Won", "won"),
        ("Closed Won", "won"),
        ("closedwon", "won"),
        ("Closed won (Sales Pipeline)", "won"),
        ("Gewonnen", "won"),
        ("06 - Closed Won", "won"),
        ("Closed Lost", "lost"),
        ("Closed Lost - Price", "lost"),
        ("Perdido", "lost"),
        ("No decision", "no_decision"),
        ("Engaging", "open"),
        ("Prospecting", "open"),
        ("Proposal/Price Quote", "open"),
        ("qualifiedtobuy", "open"),
        ("Verhandlung", "open"),
        ("Waiting for Godot", None),
        ("Not won", None),
    ],
)
def test_a_stage_says_its_outcome(stage: str, outcome: str | None) -> None:
    assert stage_outcome(stage) == outcome


@pytest.mark.parametrize(("word", "outcome"), [("true", "won"), ("open", "open"), ("false", None)])
def test_a_status_says_its_outcome(word: str, outcome: str | None) -> None:
    assert outcome_word(word) == outcome


@pytest.mark.parametrize(
    ("word", "kind"),
    [("Email Opened", "open"), ("page_view", "visit"), ("Webinar", "event"), ("xyz", None)],
)
def test_a_touch_says_its_kind(word: str, kind: str | None) -> None:
    assert touch_kind(word) == kind


def test_every_word_for_a_touch_is_of_a_known_kind() -> None:
    assert set(TOUCH_WORDS.values()) <= set(TOUCH_KINDS)
    assert set(TOUCH_KINDS.values()) == {1, 2, 3}


@pytest.mark.parametrize(
    ("word", "state"), [("Paid", "actual"), ("PO", "committed"), ("Budget", "planned"), ("?", None)]
)
def test_an_expense_says_its_state(word: str, state: str | None) -> None:
    assert expense_state(word) == state


def test_spellings_of_one_name_become_the_commonest() -> None:
    counts = Counter({"Google": 2868, "google": 5, "Bing": 2, "blank": 1})
    assert variants(counts) == {"google": "Google"}


@pytest.mark.parametrize(
    ("name", "match", "how"),
    [
        ("GTX Pro", "GTX Pro", "exact"),
        ("GTXPro", "GTX Pro", "spelling"),
        ("gtx-pro", "GTX Pro", "spelling"),
        ("Bluth Companny", "Bluth Company", "similar"),
        ("Bluth Comapny", "Bluth Company", "similar"),
    ],
)
def test_a_near_name_is_found(name: str, match: str, how: str) -> None:
    found = closest(name, ["GTX Basic", "GTX Pro", "GTX Plus Pro", "Bluth Company"])
    assert found
    assert (found.name, found.how) == (match, how)


@pytest.mark.parametrize("name", ["GTX 3", "GTX", "Acme", "", "MG Basic"])
def test_a_name_that_is_another_is_not_taken(name: str) -> None:
    assert closest(name, ["GTX 2", "GTX Basic", "Acmo Holdings"]) is None


def test_two_equally_near_names_are_no_answer() -> None:
    assert closest("Brightwave", ["Brightwavo", "Brightwava"]) is None
    assert closest("GTXPro", ["GTX Pro", "GT XPro"]) is None


@settings(max_examples=200, deadline=None)
@given(st.text("abc ", max_size=8), st.text("abc ", max_size=8), st.integers(0, 3))
def test_edits_agree_with_the_plain_definition(a: str, b: str, most: int) -> None:
    def plain(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        cost = min(
            plain(i - 1, j) + 1, plain(i, j - 1) + 1, plain(i - 1, j - 1) + (a[i - 1] != b[j - 1])
        )
        if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
            cost = min(cost, plain(i - 2, j - 2) + 1)
        return cost

    a, b = a[:5], b[:5]
    assert edits(a, b, most) == min(plain(len(a), len(b)), most + 1)


@given(st.lists(st.text(min_size=1, max_size=10), min_size=1, max_size=10, unique=True))
def test_a_known_name_is_always_itself(known: list[str]) -> None:
    names = Names(known)
    assert all((m := names.closest(n)) and m.name == n and m.how == "exact" for n in known)


@given(
    st.decimals(-(10**6), 10**6, places=2),
    st.dates(date(2000, 1, 1), date(2050, 1, 1)),
    st.integers(0, 1200),
)
def test_a_period_is_spread_to_the_last_cent(amount: Decimal, start: date, days: int) -> None:
    parts = spread(amount, start, start + timedelta(days=days))
    assert sum(p for _, p in parts) == amount
    assert [d for d, _ in parts] == [start + timedelta(days=n) for n in range(days + 1)]
    assert max(p for _, p in parts) - min(p for _, p in parts) <= Decimal("0.02")


def test_a_period_that_ends_before_it_begins_is_no_period() -> None:
    with pytest.raises(ValueError, match="before"):
        spread(Decimal(1), date(2026, 1, 2), date(2026, 1, 1))
