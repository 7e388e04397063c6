"""How UTM parameters are written: checked against a workspace's rules, mended, proposed."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

PARAMETERS = ("source", "medium", "campaign", "content", "term")
SEPARATORS = ("-", "_", ".")
REQUIRED = ("source", "medium", "campaign")
LONGEST = 200
# What the field calls a channel's medium, by words that a channel's name may hold; the first
# that fits counts. The names are those by which web analytics group traffic.
MEDIUMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("print", ("direct mail", "print", "brochure", "catalogue", "flyer")),
    ("email", ("mail", "newsletter")),
    ("affiliate", ("affiliate",)),
    ("referral", ("partner", "dealer", "referral")),
    ("cpc", ("search", "ppc", "sem", "google ads", "adwords", "bing")),
    ("paid-social", ("social", "linkedin", "facebook", "meta", "instagram", "tiktok", "twitter")),
    ("display", ("display", "banner", "programmatic")),
    ("video", ("video", "youtube", "tv")),
    ("event", ("event", "fair", "webinar", "demo", "conference")),
    ("sms", ("sms", "text message", "whatsapp")),
)


@dataclass(frozen=True)
class Rules:
    """What a workspace asks of its parameters.

    `allowed` names the only values of a parameter; one that it does not name takes any value.
    """

    lower_case: bool = True
    separator: str = "-"
    required: tuple[str, ...] = REQUIRED
    allowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """A parameter that breaks a rule: why, and the value that would keep it; empty if none."""

    parameter: str
    message: str
    mended: str = ""


def check(values: Mapping[str, str], rules: Rules) -> list[Fault]:
    """Return what breaks the rules, at most one fault for each parameter, in their order."""
    found = []
    for parameter in PARAMETERS:
        value = values.get(parameter, "").strip()
        reasons = _reasons(parameter, value, rules)
        if reasons:
            mended = mend(parameter, value, rules)
            found.append(Fault(parameter, " ".join(reasons), mended if mended != value else ""))
    return found


def _reasons(parameter: str, value: str, rules: Rules) -> list[str]:
    allowed = rules.allowed.get(parameter, ())
    if not value:
        return ["This is required."] if parameter in rules.required else []
    if allowed:
        return [] if value in allowed else [f"Choose one of: {', '.join(allowed)}."]
    reasons = []
    if len(value) > LONGEST:
        reasons.append(f"At most {LONGEST} characters.")
    if rules.lower_case and value != value.lower():
        reasons.append("Use lowercase letters only.")
    if _joined(value, rules.separator) != value:
        reasons.append(f"Letters and digits, with “{rules.separator}” between words.")
    return reasons


def mend(parameter: str, value: str, rules: Rules) -> str:
    """Return the nearest value that keeps the rules; empty where none is near."""
    text = _joined(_plain(value), rules.separator)[:LONGEST].strip(rules.separator)
    if rules.lower_case:
        text = text.lower()
    allowed = rules.allowed.get(parameter, ())
    if not allowed or text in allowed:
        return text
    by_case = {one.casefold(): one for one in reversed(allowed)}
    near = difflib.get_close_matches(text.casefold(), by_case, n=1, cutoff=0.6)
    return by_case[near[0]] if near else ""


def _plain(value: str) -> str:
    """Return a text without accents and other marks upon letters."""
    text = unicodedata.normalize("NFKD", value.replace("ß", "ss"))
    return "".join(one for one in text if not unicodedata.combining(one))


def _joined(value: str, separator: str) -> str:
    """Return words of letters, digits and full stops, joined by the separator."""
    kept = "".join(one if one.isalnum() or one == "." else " " for one in value)
    return separator.join(kept.split())


def propose(*, program: str, channel: str, rules: Rules) -> dict[str, str]:
    """Return what a program and a channel suggest for the parameters; only what is known."""
    wanted = {
        "source": channel,
        "medium": medium_of(channel) if channel else "",
        "campaign": program,
    }
    mended = {name: mend(name, value, rules) for name, value in wanted.items() if value}
    return {name: value for name, value in mended.items() if value}


def medium_of(channel: str) -> str:
    """Return the medium that analytics give a channel of this name, else its own name."""
    name = _plain(channel).casefold()
    for medium, words in MEDIUMS:
        if any(word in name for word in words):
            return medium
    return channel
