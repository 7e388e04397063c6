"""The demonstration's truth, written down so that measurement can be held against it.

An office-furniture brand, Northwind Office, sells on payback and service against a rival that
cuts prices. Everything random is drawn around the numbers here; a method that measures well
finds them again within its intervals.
"""

from __future__ import annotations

from dataclasses import dataclass

CYCLE_MONTHS = 9
TOUCHES = 60_000
"""About as many at scale 1, sales touches included."""


@dataclass(frozen=True)
class ChannelTruth:
    """How a channel answers to money.

    In one week, `ceiling` touches times `s^shape / (half^shape + s^shape)` follow from spending
    `s` (Hill's curve, in the workspace's currency); `half` buys half of the ceiling.
    """

    name: str
    ceiling: float = 0.0
    half: float = 0.0
    shape: float = 1.0
    kinds: tuple[tuple[str, int, float], ...] = ()
    """Kinds of touch: the kind, its level in the funnel of minds, and its share."""
    is_sales: bool = False


CHANNELS = (
    ChannelTruth(
        "Search", 165, 2600, 1.0, (("click", 2, 0.62), ("visit", 2, 0.28), ("form", 3, 0.10))
    ),
    ChannelTruth("Events", 62, 3400, 1.3, (("sent", 1, 0.45), ("event", 3, 0.55))),
    ChannelTruth("Webinar", 118, 1500, 1.1, (("sent", 1, 0.66), ("event", 3, 0.34))),
    ChannelTruth(
        "Email",
        205,
        900,
        1.0,
        (("sent", 1, 0.55), ("open", 2, 0.27), ("click", 2, 0.14), ("form", 3, 0.04)),
    ),
    ChannelTruth("Direct mail", 150, 2400, 1.2, (("sent", 1, 0.88), ("reply", 3, 0.12))),
    ChannelTruth("Trade promotion", 95, 2000, 1.0, (("visit", 2, 0.80), ("form", 3, 0.20))),
    ChannelTruth("Partner", 48, 2200, 1.0, (("visit", 2, 0.60), ("meeting", 3, 0.40))),
    ChannelTruth("Sales outreach", is_sales=True),
)


@dataclass(frozen=True)
class ProgramTruth:
    """What a program does.

    `per_touch` is the chance that one of its touches opens a deal. From `worn_from` (months
    before today) on, that chance halves every `half_life` months. `win` is added to the log odds
    that such a deal is won. `discount` is the mean discount given under it.
    """

    name: str
    channel: str
    offer: str
    monthly: tuple[int, int, int]
    """Planned money a month, in each of the three cycles."""
    per_touch: float
    win: float = 0.0
    discount: float = 0.025
    worn_from: float | None = None
    half_life: float | None = None
    message: str = ""
    is_bet: bool = False
    waves: tuple[int, int, float] | None = None
    """Weeks on and weeks off, about, and the share of the money that still runs in those off.

    Weeks in which one program's money changes while the others' stays are what tells its curve.
    """

    def efficacy(self, months_ago: float) -> float:
        """Return the share of the fresh program's effect that is left."""
        if self.worn_from is None or self.half_life is None or months_ago >= self.worn_from:
            return 1.0
        return float(0.5 ** ((self.worn_from - months_ago) / self.half_life))


WORN_PROGRAM = "Trade-in webinar"
WORN_FROM_MONTHS = 11.0
WORN_HALF_LIFE_MONTHS = 3.5
PRICE_LED_PROGRAM = "Spring rebate"

PROGRAMS = (
    ProgramTruth(
        "Field demos",
        "Events",
        "value",
        (12_000, 14_000, 16_000),
        0.130,
        win=0.55,
        waves=(2, 3, 0.0),
        message="Sit at the desk that pays back, on your own floor",
    ),
    ProgramTruth(
        "Payback calculator",
        "Search",
        "value",
        (14_000, 15_000, 16_000),
        0.060,
        win=0.25,
        waves=(2, 3, 0.05),
        message="See in two minutes when your desks have paid back",
    ),
    ProgramTruth(
        WORN_PROGRAM,
        "Webinar",
        "value",
        (9_000, 9_500, 9_500),
        0.100,
        worn_from=WORN_FROM_MONTHS,
        half_life=WORN_HALF_LIFE_MONTHS,
        message="What your old desks are still worth",
    ),
    ProgramTruth(
        PRICE_LED_PROGRAM,
        "Trade promotion",
        "price",
        (8_000, 9_000, 8_000),
        0.060,
        win=-0.05,
        discount=0.10,
        message="Eight percent off until the end of the quarter",
    ),
    ProgramTruth(
        "Service promise mailing",
        "Direct mail",
        "value",
        (7_000, 7_500, 8_000),
        0.039,
        win=0.20,
        waves=(1, 2, 0.0),
        message="Repaired within two days, for ten years",
    ),
    ProgramTruth(
        "Dealer training",
        "Partner",
        "trial",
        (0, 5_000, 7_000),
        0.090,
        win=0.15,
        waves=(2, 2, 0.0),
        message="Dealers who have built one sell three",
        is_bet=True,
    ),
    ProgramTruth(
        "Free fit-out survey",
        "Email",
        "trial",
        (4_000, 4_500, 5_000),
        0.036,
        win=0.30,
        message="We measure your floor, you keep the plan",
    ),
    ProgramTruth(
        "Facilities newsletter",
        "Email",
        "value",
        (3_000, 3_000, 3_000),
        0.015,
        message="What other facilities managers learned this quarter",
    ),
)

WIN_LOG_ODDS = -0.35
"""Log odds of winning a decided deal at list price, without rival or special program."""

DISCOUNT_LOG_ODDS = 0.7
"""Added to the log odds by a discount of the whole list price: five points buy under one point."""

RIVAL = "CheapDesk Direct"
OTHER_RIVAL = "Heritage Interiors"
RIVAL_CUT_MONTHS_AGO = 8.0
RIVAL_PRESENT = (0.25, 0.45)
"""Share of deals in which the price cutter stands, before and after its price cut."""
RIVAL_LOG_ODDS = -0.40
NO_DECISION = 0.11
CYCLE_DAYS = 55.0
HANDOFF_DAYS = 1.4
BUYERS_WHO_ANSWER = 0.15
"""The share of ended deals whose buyer answers the five questions."""
ANSWERED_DAYS = 14
"""For how many days back sales answers second looks that open no deal."""
ANSWERED = 0.8
"""The share of them that sales answers."""
ANSWER_DAYS = 0.5
"""After how many days it does, at the median."""
SECOND_PRODUCT = 0.18
"""The share of deals that may sell a second product; in some it would bring too much."""
"""Median days from a deal's opening to the first touch of sales."""


def points_of_win_rate_for_five_points_of_discount(win_rate: float) -> float:
    """Return what five points of discount truly buy near a win rate, in points of win rate."""
    return 100 * win_rate * (1 - win_rate) * DISCOUNT_LOG_ODDS * 0.05


@dataclass(frozen=True)
class ProductTruth:
    """What is sold."""

    name: str
    family: str
    list_price: int
    unit_cost: int
    valued_for: str
    share: float


DEAL_AMOUNT = 13_000
"""What a deal is worth at list price, about, whichever product it sells."""

PRODUCTS = (
    ProductTruth("Loop sit-stand desk", "Desks", 890, 560, "Pays back in sick days saved", 0.34),
    ProductTruth("Loop bench of four", "Desks", 2980, 1940, "More people on a floor", 0.16),
    ProductTruth("Tide task chair", "Seating", 420, 255, "Ten years of service", 0.24),
    ProductTruth("Hush meeting booth", "Rooms", 7600, 4900, "Quiet without building walls", 0.12),
    ProductTruth("Ledge storage wall", "Storage", 1640, 1080, "Fits the old floor plan", 0.14),
)
