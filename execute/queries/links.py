"""Tracked links: found, counted, and written for one person each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum

from execute.models import LinkClick, LinkDay, NamingRule, TrackedLink
from execute.numerics.addresses import BadTarget, clean_target, with_parameters
from execute.numerics.codes import sign
from execute.numerics.naming import PARAMETERS, Rules, propose
from insight.models import Audience, Channel, Contact
from insight.queries.audiences import contacts_of
from plan.models import Program

CHUNK = 2000
RECENT_DAYS = 30


@dataclass(frozen=True)
class Clicks:
    """How often a link was clicked: by people, by known people among them, and by robots."""

    people: int = 0
    known: int = 0
    robots: int = 0

    @property
    def anonymous(self) -> int:
        """Clicks of people whom no personal link names."""
        return self.people - self.known

    def __add__(self, other: Clicks) -> Clicks:
        return Clicks(
            self.people + other.people, self.known + other.known, self.robots + other.robots
        )


@dataclass(frozen=True)
class LinkLine:
    """A link with its clicks."""

    link: TrackedLink
    clicks: Clicks


@dataclass(frozen=True)
class ProgramClicks:
    """The links of a program, the latest first, and all their clicks together."""

    lines: list[LinkLine]
    total: Clicks


def links() -> QuerySet[TrackedLink]:
    """Return the workspace's links with what a list shows of them."""
    return TrackedLink.objects.select_related("channel", "program", "created_by__user")


def matching_links(
    *,
    words: str = "",
    program: Program | None = None,
    channel: Channel | None = None,
    state: str = "",
) -> QuerySet[TrackedLink]:
    """Return the links that fit; `state` is "retired", or empty for those in use."""
    found = links().filter(retired_at__isnull=state != "retired")
    if words:
        found = found.filter(
            Q(name__icontains=words) | Q(target__icontains=words) | Q(code=words.rpartition("/")[2])
        )
    if program is not None:
        found = found.filter(program=program)
    if channel is not None:
        found = found.filter(channel=channel)
    return found


def clicks_of(found: Sequence[TrackedLink]) -> dict[int, Clicks]:
    """Return each link's clicks, those not yet counted into its days included."""
    keys = [link.pk for link in found]
    days = (
        LinkDay.objects.filter(link__in=keys)
        .values("link")
        .annotate(Sum("clicks"), Sum("known"), Sum("robots"))
    )
    waiting = (
        LinkClick.objects.filter(link__in=keys)
        .values("link")
        .annotate(
            people=Count("pk", filter=Q(is_robot=False)),
            robots=Count("pk", filter=Q(is_robot=True)),
        )
    )
    clicks = dict.fromkeys(keys, Clicks())
    for row in days:
        clicks[row["link"]] += Clicks(row["clicks__sum"], row["known__sum"], row["robots__sum"])
    for one in waiting:
        clicks[one["link"]] += Clicks(people=one["people"], robots=one["robots"])
    return clicks


def with_clicks(found: Sequence[TrackedLink]) -> list[LinkLine]:
    """Return links with their clicks."""
    clicks = clicks_of(found)
    return [LinkLine(link, clicks[link.pk]) for link in found]


def days_of(link: TrackedLink, limit: int = RECENT_DAYS) -> list[LinkDay]:
    """Return the latest days on which a link was clicked, the latest first."""
    return list(LinkDay.objects.filter(link=link).order_by("-day")[:limit])


def clicks_of_program(program: Program, limit: int = 20) -> ProgramClicks:
    """Return a program's links with their clicks, and the sum over all of them."""
    totals = LinkDay.objects.filter(link__program=program).aggregate(
        Sum("clicks"), Sum("known"), Sum("robots")
    )
    total = Clicks(
        totals["clicks__sum"] or 0, totals["known__sum"] or 0, totals["robots__sum"] or 0
    )
    latest = list(links().filter(program=program).order_by("-pk")[:limit])
    return ProgramClicks(with_clicks(latest), total)


def naming_rules() -> Rules:
    """Return the workspace's naming rules, or those that hold where none were set."""
    row = NamingRule.objects.first()
    if row is None:
        return Rules()
    return Rules(
        lower_case=row.lower_case,
        separator=row.separator,
        required=tuple(name for name in PARAMETERS if name in row.required),
        allowed={name: tuple(row.allowed[name]) for name in PARAMETERS if row.allowed.get(name)},
    )


def proposals(*, program: Program | None, channel: Channel | None) -> dict[str, str]:
    """Return what a program and a channel suggest for the parameters."""
    return propose(
        program=program.name if program else "",
        channel=channel.name if channel else "",
        rules=naming_rules(),
    )


def destination_of(link: TrackedLink) -> str:
    """Return where a link leads: its target with its parameters; raises `BadTarget`."""
    return with_parameters(
        clean_target(link.target),
        {f"utm_{name}": getattr(link, f"utm_{name}") for name in PARAMETERS},
    )


def previewed(target: str, values: dict[str, str]) -> str:
    """Return where a link being written would lead; empty while its target is no address."""
    try:
        cleaned = clean_target(target)
    except BadTarget:
        return ""
    return with_parameters(cleaned, {f"utm_{name}": values.get(name, "") for name in PARAMETERS})


def signing_key() -> bytes:
    """Return the key under which personal links are signed."""
    return f"execute.links:{settings.SECRET_KEY}".encode()


def personal_path(link: TrackedLink, contact: Contact) -> str:
    """Return the path by which one person's clicks on a link are known as theirs."""
    return f"/l/{link.code}/{sign(contact.pk, about=link.code, key=signing_key())}"


def reachable(audience: Audience) -> QuerySet[Contact]:
    """Return the people of an audience who did not refuse to be contacted."""
    return (
        contacts_of(audience)
        .exclude(consent=Contact.Consent.REFUSED)
        .select_related("account")
        .order_by("pk")
    )


def personal_rows(
    link: TrackedLink, people: QuerySet[Contact], site: str
) -> Iterator[list[object]]:
    """Yield a heading and a line for each person: name, e-mail, account and their own link.

    `site` is the scheme and host before the path.
    """
    yield ["Name", "Email", "Account", "Link"]
    for person in people.iterator(CHUNK):
        yield [person.name, person.email, person.account, f"{site}{personal_path(link, person)}"]
