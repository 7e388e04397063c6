"""The simulated company: the same for the same seed, at any size. Arrays only, no database."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from demo import truth

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LOST_DRIVERS = ("Price", "Timing", "Fit", "Relationship", "Process")
WON_DRIVERS = ("Payback proof", "Service", "Relationship", "Fit", "Price")


def month_start(day: date, months: int) -> date:
    """Return the first day of the month `months` after the one that holds `day`."""
    place = day.year * 12 + day.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


@dataclass(frozen=True)
class CycleDates:
    """One cycle of the campaign."""

    number: int
    starts_on: date
    ends_on: date


def cycles(today: date) -> list[CycleDates]:
    """Return three cycles; the third is under way and ends with the next month."""
    begin = month_start(today, 2 - 3 * truth.CYCLE_MONTHS)
    found = []
    for number in (1, 2, 3):
        starts = month_start(begin, (number - 1) * truth.CYCLE_MONTHS)
        ends = month_start(starts, truth.CYCLE_MONTHS) - timedelta(days=1)
        found.append(CycleDates(number, starts, ends))
    return found


@dataclass(frozen=True)
class Touches:
    """One row a touch, in no order. `seconds` counts from the first day, UTC."""

    contact: Ints
    program: Ints
    """Index into `truth.PROGRAMS`; -1 for a touch of sales."""
    kind: npt.NDArray[np.str_]
    level: Ints
    seconds: Ints


@dataclass(frozen=True)
class Deals:
    """One row a deal. Days count from the first day; -1 is none."""

    contact: Ints
    program: Ints
    product: Ints
    quantity: Ints
    rep: Ints
    created: Ints
    due: Ints
    outcome: npt.NDArray[np.str_]
    discount: Floats
    rival: Ints
    driver: Ints
    helped: Ints
    extra: Ints
    """Index of the second product into `truth.PRODUCTS`; -1 where the deal sells one."""
    extra_quantity: Ints


@dataclass(frozen=True)
class Spend:
    """One row a program and week, in whole cents."""

    program: Ints
    day: Ints
    cents: Ints


@dataclass(frozen=True)
class Company:
    """All that happened."""

    today: date
    first_day: date
    account_of_contact: Ints
    industry: Ints
    region: Ints
    employees: Ints
    touches: Touches
    deals: Deals
    spend: Spend

    @property
    def contacts(self) -> int:
        """How many people there are."""
        return len(self.account_of_contact)

    @property
    def accounts(self) -> int:
        """How many companies there are."""
        return len(self.industry)


def simulate(*, seed: int, scale: float, today: date, reps: int = 6) -> Company:
    """Return the company of a seed at a size; `scale` 1 has some 60,000 touches."""
    random = np.random.default_rng(seed)
    first_day = cycles(today)[0].starts_on
    days = (today - first_day).days
    accounts = max(int(1500 * scale), 12)
    contacts = accounts * 4
    account_of_contact = random.integers(0, accounts, contacts)
    account_of_contact[:accounts] = np.arange(accounts)
    spend = _spend(random, today, first_day, days)
    touches = _touches(random, spend, contacts, days, scale)
    deals, sales_touches = _deals(random, touches, contacts, days, reps)
    answers = _answers(seed, touches, deals, account_of_contact, days)
    return Company(
        today=today,
        first_day=first_day,
        account_of_contact=account_of_contact,
        industry=random.integers(0, 6, accounts),
        region=random.integers(0, 4, accounts),
        employees=np.maximum(random.lognormal(4.6, 1.1, accounts).astype(np.int64), 3),
        touches=_joined(_joined(touches, sales_touches), answers),
        deals=deals,
        spend=spend,
    )


def _spend(random: np.random.Generator, today: date, first_day: date, days: int) -> Spend:
    weeks = np.arange(0, days, 7)
    programs, when, cents = [], [], []
    waves = _waves(len(weeks))
    for index, program in enumerate(truth.PROGRAMS):
        for place, week in enumerate(weeks):
            day = first_day + timedelta(days=int(week))
            cycle = min(
                ((day.year - first_day.year) * 12 + day.month - first_day.month)
                // truth.CYCLE_MONTHS,
                2,
            )
            planned = program.monthly[cycle] * 12 / 52
            spent = round(100 * planned * waves[index, place] * random.lognormal(-0.02, 0.2))
            if spent:
                programs.append(index)
                when.append(int(week))
                cents.append(spent)
    return Spend(np.array(programs), np.array(when), np.array(cents))


def _waves(weeks: int) -> Floats:
    """Return, by program and week, how much of the usual money runs; each program's mean is 1."""
    random = np.random.default_rng(70)
    found = np.ones((len(truth.PROGRAMS), weeks))
    for index, program in enumerate(truth.PROGRAMS):
        if program.waves is None:
            continue
        on, off, low = program.waves
        factors: list[float] = []
        while len(factors) < weeks:
            factors += [1.0] * max(int(random.integers(on - 1, on + 2)), 1)
            factors += [low] * max(int(random.integers(off - 1, off + 2)), 1)
        found[index] = factors[:weeks]
        found[index] /= found[index].mean()
    return found


def _season(day: Floats) -> Floats:
    return 1 + 0.12 * np.sin(2 * math.pi * day / 365.25)


def _touches(
    random: np.random.Generator, spend: Spend, contacts: int, days: int, scale: float
) -> Touches:
    channels = {channel.name: channel for channel in truth.CHANNELS}
    parts: list[tuple[Ints, npt.NDArray[np.str_], Ints, Ints]] = []
    for index, program in enumerate(truth.PROGRAMS):
        channel = channels[program.channel]
        mine = spend.program == index
        money = spend.cents[mine] / 100
        powered = money**channel.shape
        reached = channel.ceiling * powered / (channel.half**channel.shape + powered)
        counts = random.poisson(scale * reached)
        total = int(counts.sum())
        day = np.repeat(spend.day[mine], counts) + random.integers(0, 7, total)
        second = np.minimum(day, days - 1) * 86_400 + random.integers(28_800, 68_400, total)
        choice = random.choice(
            len(channel.kinds), total, p=[share for _, _, share in channel.kinds]
        )
        kinds = np.array([kind for kind, _, _ in channel.kinds])
        levels = np.array([level for _, level, _ in channel.kinds])
        parts.append((np.full(total, index), kinds[choice], levels[choice], second))
    program_of = np.concatenate([part[0] for part in parts])
    # Some people are reached far more often than others.
    weight = random.gamma(0.6, 1.0, contacts) + 0.02
    drawn = random.random(len(program_of))
    return Touches(
        contact=np.searchsorted(np.cumsum(weight) / weight.sum(), drawn).clip(0, contacts - 1),
        program=program_of,
        kind=np.concatenate([part[1] for part in parts]),
        level=np.concatenate([part[2] for part in parts]),
        seconds=np.concatenate([part[3] for part in parts]),
    )


def _deals(
    random: np.random.Generator, touches: Touches, contacts: int, days: int, reps: int
) -> tuple[Deals, Touches]:
    day = touches.seconds / 86_400
    months_ago = (days - day) / 30.44
    chance = np.empty(len(day))
    for index, program in enumerate(truth.PROGRAMS):
        mine = touches.program == index
        left = np.ones(int(mine.sum()))
        if program.worn_from is not None and program.half_life is not None:
            worn = np.maximum(program.worn_from - months_ago[mine], 0)
            left = 0.5 ** (worn / program.half_life)
        chance[mine] = program.per_touch * left
    opens = np.flatnonzero(random.random(len(day)) < chance * _season(day))
    n = len(opens)
    opened_by = touches.program[opens]
    created = np.minimum((touches.seconds[opens] // 86_400) + random.integers(0, 4, n), days - 1)
    due = created + 5 + random.gamma(2.5, truth.CYCLE_DAYS / 2.5 - 2, n).astype(np.int64)
    meant = np.array([item.discount for item in truth.PROGRAMS])[opened_by]
    discount = np.clip(random.gamma(1.2, meant / 1.2, n), 0, 0.3).round(3)
    discount[random.random(n) < 0.3 * (meant < 0.05)] = 0.0
    after_cut = (days - created) / 30.44 < truth.RIVAL_CUT_MONTHS_AGO
    met = random.random(n) < np.where(after_cut, truth.RIVAL_PRESENT[1], truth.RIVAL_PRESENT[0])
    rival = np.where(met, 0, np.where(random.random(n) < 0.3, 1, -1))
    odds = (
        truth.WIN_LOG_ODDS
        + np.array([item.win for item in truth.PROGRAMS])[opened_by]
        + truth.DISCOUNT_LOG_ODDS * discount
        + truth.RIVAL_LOG_ODDS * met
    )
    won = random.random(n) < 1 / (1 + np.exp(-odds))
    undecided = random.random(n) < truth.NO_DECISION
    outcome = np.where(undecided, "no_decision", np.where(won, "won", "lost"))
    outcome = np.where(due >= days, "open", outcome)
    # A few deals are past their date and nobody has said how they ended.
    forgotten = (due < days) & (due >= days - 12) & (random.random(n) < 0.15)
    outcome = np.where(forgotten, "open", outcome)
    price_share = np.where(met, 0.42, 0.18) + 0.15 * (discount > 0.05)
    lost_driver = np.where(
        random.random(n) < price_share, 0, random.integers(1, len(LOST_DRIVERS), n)
    )
    won_on_price = random.random(n) < 0.05 + 2.5 * discount
    won_driver = np.where(won_on_price, 4, random.choice(4, n, p=[0.42, 0.27, 0.16, 0.15]))
    product = random.choice(len(truth.PRODUCTS), n, p=[product.share for product in truth.PRODUCTS])
    price = np.array([item.list_price for item in truth.PRODUCTS])[product]
    worth = truth.DEAL_AMOUNT * random.lognormal(0.0, 0.45, n)
    quantity = np.maximum((worth / price).round().astype(np.int64), 1)
    extra, extra_quantity = _second_products(product, quantity)
    rep = random.integers(0, reps, n)
    # Half of the forgotten ones are of the rep whom visitors sign in as: an outcome to log.
    rep[np.flatnonzero(forgotten)[::2]] = 0
    deals = Deals(
        contact=touches.contact[opens],
        program=opened_by,
        product=product,
        quantity=quantity,
        extra=extra,
        extra_quantity=extra_quantity,
        rep=rep,
        created=created,
        due=due,
        outcome=outcome,
        discount=discount,
        rival=rival,
        driver=np.where(outcome == "won", won_driver, np.where(undecided, 1, lost_driver)),
        helped=np.where(
            (outcome == "won") & (random.random(n) < 0.6), random.integers(0, 5, n), -1
        ),
    )
    return deals, _sales_touches(random, deals, days)


def _second_products(product: Ints, quantity: Ints) -> tuple[Ints, Ints]:
    """Some deals sell a second product too, which brings less than the first."""
    random = np.random.default_rng(len(product))
    price = np.array([item.list_price for item in truth.PRODUCTS])
    extra = (product + random.integers(1, len(price), len(product))) % len(price)
    count = random.integers(1, 4, len(product))
    sold = random.random(len(product)) < truth.SECOND_PRODUCT
    sold &= price[extra] * count < 0.6 * price[product] * quantity
    return np.where(sold, extra, -1), np.where(sold, count, 0)


def _answers(seed: int, touches: Touches, deals: Deals, account: Ints, days: int) -> Touches:
    """Sales gets in touch with most of those who lately took a second look, within a day or so.

    `account` is each person's.
    """
    random = np.random.default_rng([seed, 1])
    day = touches.seconds / 86_400
    looks = np.flatnonzero((touches.level == 3) & (day > days - truth.ANSWERED_DAYS))
    # Who has an open deal is with sales already.
    busy = account[deals.contact[deals.outcome == "open"]]
    looks = looks[~np.isin(account[touches.contact[looks]], busy)]
    # One call for each account: after the first of the looks.
    looks = looks[np.argsort(touches.seconds[looks], kind="stable")]
    looks = looks[np.unique(account[touches.contact[looks]], return_index=True)[1]]
    when = day[looks] + random.lognormal(math.log(truth.ANSWER_DAYS), 0.7, len(looks))
    done = (random.random(len(looks)) < truth.ANSWERED) & (when < days - 0.01)
    meeting = random.random(len(looks)) < 0.2
    return Touches(
        contact=touches.contact[looks][done],
        program=np.full(int(done.sum()), -1),
        kind=np.where(meeting, "meeting", "call")[done],
        level=np.full(int(done.sum()), 3),
        seconds=(when[done] * 86_400).astype(np.int64),
    )


def _sales_touches(random: np.random.Generator, deals: Deals, days: int) -> Touches:
    n = len(deals.contact)
    first = deals.created + random.lognormal(math.log(truth.HANDOFF_DAYS), 0.6, n)
    more = random.poisson(1.1, n)
    again = np.repeat(np.arange(n), more)
    spread = random.random(len(again)) * (deals.due[again] - first[again]).clip(1)
    deal = np.concatenate([np.arange(n), again])
    when = np.concatenate([first, first[again] + spread])
    seen = when < days - 0.01
    deal, when = deal[seen], when[seen]
    meeting = random.random(len(deal)) < 0.35
    return Touches(
        contact=deals.contact[deal],
        program=np.full(len(deal), -1),
        kind=np.where(meeting, "meeting", "call"),
        level=np.full(len(deal), 3),
        seconds=(when * 86_400).astype(np.int64),
    )


def _joined(one: Touches, other: Touches) -> Touches:
    return Touches(
        *(
            np.concatenate([getattr(one, name), getattr(other, name)])
            for name in ("contact", "program", "kind", "level", "seconds")
        )
    )
