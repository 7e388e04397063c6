"""Addresses, codes, naming rules and robots: the parts of a tracked link that need no database."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execute.numerics import naming
from execute.numerics.addresses import BadTarget, clean_target, with_parameters
from execute.numerics.codes import ALPHABET, decode, encode, new_code, read_signed, sign
from execute.numerics.naming import Rules, check, mend, propose
from execute.numerics.robots import is_robot

BROWSER = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)


@pytest.mark.parametrize(
    "target",
    [
        "",
        "example.com",
        "//example.com/",
        "/relative",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,hello",
        "ftp://example.com/file",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https:example.com",
        "https://user:password@example.com/",
        "https://good.test@evil.test/",
        "https:\\\\evil.test",
        "https://good.test\\@evil.test/",
        "https://example.com/a b",
        "https://example.com/\r\nSet-Cookie: a=b",
        "https://example.com/\x00",
        "https://exam ple.com/",
        "https://example.com:notaport/",
        "https://[::1/",
        "https://example.com/" + "a" * 8000,
    ],
)
def test_a_target_that_no_link_may_lead_to_is_refused(target):
    with pytest.raises(BadTarget):
        clean_target(target)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" https://example.com/a ", "https://example.com/a"),
        ("HTTPS://Example.com/A?b=C#D", "https://example.com/A?b=C#D"),
        ("http://example.com:8080/", "http://example.com:8080/"),
        ("https://bücher.example/ü?ö=ä", "https://xn--bcher-kva.example/%C3%BC?%C3%B6=%C3%A4"),
        ("https://example.com/%20?x=%26", "https://example.com/%20?x=%26"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x"),
        ("https://example.com/" + "a" * 5000, "https://example.com/" + "a" * 5000),
    ],
)
def test_a_target_is_stored_as_browsers_take_it(typed, stored):
    assert clean_target(typed) == stored


@pytest.mark.parametrize(
    ("target", "result"),
    [
        ("https://a.test", "https://a.test?utm_source=x+y"),
        ("https://a.test/p?id=1", "https://a.test/p?id=1&utm_source=x+y"),
        ("https://a.test/p?id=1#top", "https://a.test/p?id=1&utm_source=x+y#top"),
        ("https://a.test/?utm_source=old&b=2", "https://a.test/?b=2&utm_source=x+y"),
        ("https://a.test/?utm%5Fsource=old", "https://a.test/?utm_source=x+y"),
        ("https://a.test/?q=a%26b&&r", "https://a.test/?q=a%26b&r&utm_source=x+y"),
    ],
)
def test_parameters_join_a_query_that_stands(target, result):
    assert with_parameters(target, {"utm_source": "x y", "utm_term": ""}) == result


@given(st.dictionaries(st.sampled_from(["utm_source", "utm_term"]), st.text(min_size=1)))
def test_what_a_parameter_holds_changes_nothing_else_in_the_address(values):
    values = {name: text.encode("utf-8", "ignore").decode() for name, text in values.items()}
    values = {name: text for name, text in values.items() if text}
    parts = urlsplit(with_parameters("https://a.test/p?id=1#end", values))
    assert (parts.scheme, parts.netloc, parts.path, parts.fragment) == (
        "https",
        "a.test",
        "/p",
        "end",
    )
    assert dict(parse_qsl(parts.query, keep_blank_values=True)) == {"id": "1", **values}


@given(st.integers(min_value=0, max_value=2**62), st.text(ALPHABET, min_size=1, max_size=12))
def test_a_signed_number_is_read_back_only_with_what_it_is_about(number, code):
    signed = sign(number, about=code, key=b"key")
    assert read_signed(signed, about=code, key=b"key") == number
    assert read_signed(signed, about=code + "x", key=b"key") is None
    assert read_signed(signed, about=code, key=b"other") is None
    changed = signed[:-1] + ALPHABET[(ALPHABET.index(signed[-1]) + 1) % 58]
    assert read_signed(changed, about=code, key=b"key") is None


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_a_signed_number(text):
    assert read_signed(text, about="code", key=b"key") is None


@given(st.integers(min_value=0))
def test_base58_says_the_number_it_was_given(number):
    assert decode(encode(number)) == number


def test_codes_are_long_and_differ():
    made = {new_code() for _ in range(2000)}
    assert len(made) == 2000
    assert all(len(code) == 10 and set(code) <= set(ALPHABET) for code in made)


def test_values_that_keep_the_rules_are_left_alone():
    values = {"source": "google", "medium": "cpc", "campaign": "desks-that-pay-back"}
    assert check(values, Rules()) == []


def test_each_broken_rule_comes_with_the_value_that_keeps_it():
    faults = check({"source": "Google Ads", "medium": "", "campaign": "Frühling_2026"}, Rules())
    assert [(one.parameter, one.mended) for one in faults] == [
        ("source", "google-ads"),
        ("medium", ""),
        ("campaign", "fruhling-2026"),
    ]
    assert "lowercase letters" in faults[0].message
    assert faults[1].message == "This is required."


def test_only_allowed_values_pass_and_the_nearest_is_proposed():
    rules = Rules(allowed={"medium": ("email", "cpc", "Paid Social")})
    values = {"source": "a", "campaign": "b"}
    assert check(values | {"medium": "Paid Social"}, rules) == []
    assert check(values | {"medium": "E-Mail"}, rules)[0].mended == "email"
    assert check(values | {"medium": "paid social"}, rules)[0].mended == "Paid Social"
    assert check(values | {"medium": "zeppelin"}, rules)[0].mended == ""


@given(st.text(max_size=300), st.sampled_from(naming.SEPARATORS), st.booleans())
def test_a_mended_value_keeps_the_rules(text, separator, lower_case):
    rules = Rules(lower_case=lower_case, separator=separator, required=())
    mended = mend("content", text, rules)
    assert check({"content": mended}, rules) == []
    assert mend("content", mended, rules) == mended


def test_a_program_and_its_channel_propose_parameters():
    proposed = propose(program="Payback calculator", channel="Paid search", rules=Rules())
    assert proposed == {
        "source": "paid-search",
        "medium": "cpc",
        "campaign": "payback-calculator",
    }
    assert propose(program="", channel="Direct mail", rules=Rules())["medium"] == "print"
    assert propose(program="", channel="Zeppelin", rules=Rules())["medium"] == "zeppelin"


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "Googlebot/2.1 (+http://www.google.com/bot.html)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "facebookexternalhit/1.1",
        "WhatsApp/2.23.20.0",
        "Mozilla/5.0 (compatible; LinkedInBot/1.0)",
        "TelegramBot (like TwitterBot)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
        "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120.0 Safari/537.36",
        "curl/8.5.0",
        "python-requests/2.32",
        "Go-http-client/2.0",
        "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0)",
        "Mozilla/5.0 (compatible; Barracuda Sentinel)",
        "SomethingNewCrawler/0.1",
    ],
)
def test_programs_are_told_from_people_by_their_name(agent):
    assert is_robot("GET", {"User-Agent": agent})


@pytest.mark.parametrize(
    "agent",
    [
        BROWSER,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0",
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36",
        "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Mobile/15E148 Instagram 350.0",
        "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1 DuckDuckGo/7",
        "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 YaBrowser/24.12 Safari/537.36",
        "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 [LinkedInApp]/9.30",
    ],
)
def test_browsers_are_people(agent):
    assert not is_robot("GET", {"User-Agent": agent})


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}),
        ("GET", {"Purpose": "prefetch"}),
        ("GET", {"X-Purpose": "preview"}),
        ("GET", {"X-Moz": "prefetch"}),
    ],
)
def test_what_is_fetched_ahead_of_a_click_is_no_click(method, headers):
    assert is_robot(method, {"User-Agent": BROWSER, **headers})
