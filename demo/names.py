"""Names for the simulated company: made up here, by joining plain words."""

from __future__ import annotations

import numpy as np

INDUSTRIES = ("Architecture", "Health care", "Legal", "Logistics", "Public sector", "Software")
REGIONS = ("North", "South", "East", "West")
MATERIALS = (
    ("ROI one-pager", "What a desk costs and saves over ten years"),
    ("Demo kit", "A desk that fits a van"),
    ("Payback calculator", "The buyer's own numbers, in two minutes"),
    ("Service promise sheet", "Repaired within two days, for ten years"),
    ("Fit-out plan", "The buyer's floor, drawn"),
)
REPS = (
    ("Rita Alvarez", "rep@demo.ipeo.test"),
    ("Bram de Wit", ""),
    ("Chiara Neri", ""),
    ("Dayo Okafor", ""),
    ("Elin Sund", ""),
    ("Femi Clarke", ""),
)


def _words(text: str) -> list[str]:
    return text.split()


_FIRST = _words(
    "Alder Birch Cedar Delta Ember Fjord Grove Harbor Iris Juniper Kestrel Linden "
    "Maple Nimbus Orchard Pioneer Quarry River Summit Timber Union Valley Willow "
    "Yarrow Zephyr Anchor Beacon Crescent Dune Evergreen Falcon Garnet Hazel Ivory "
    "Jasper Kite Lantern Meadow North Opal Prairie Quartz Raven Sable Thistle Umber "
    "Violet Wren Aspen Bramble Cobalt Drift Elm Fern Glacier Heath Indigo Jade "
    "Knoll Lark Mistral Nettle Otter Plover Reed Slate Tamarack Upland Verdant "
    "Walnut Yew Zenith Amber Basalt "
)
_SECOND = _words(
    "Works Partners Clinic Logistics Studio Legal Group Foods Labs Council Systems "
    "Press Bank Institute Freight Builders Software Energy Care Museum "
)
_GIVEN = _words(
    "Ada Amir Bea Carlos Dana Emil Farah Gus Hana Ivo Jana Kofi Lena Mina Noor Omar "
    "Petra Quinn Rosa Sam Tara Uma Viktor Wanda Xenia Yusuf Zoe Anton Birgit Cleo "
)
_FAMILY = _words(
    "Abbott Bauer Costa Diaz Eriksen Fontaine Garcia Hassan Ito Jensen Kowalski "
    "Laurent Moreau Novak Osei Park Quist Rossi Santos Tanaka Ueda Vargas Weber Xu "
    "Yilmaz Zhang Ali Brandt Castle Dorsey "
)
TITLES = ("Facilities manager", "Office manager", "Head of procurement", "Chief of staff")


def _product(number: np.ndarray, stride: int, *lists: list[str]) -> list[str]:
    """Return names by striding through every combination, numbered from the second round on.

    `stride` must have no factor in common with the number of combinations.
    """
    size = int(np.prod([len(words) for words in lists]))
    parts, rest = [], number * stride % size
    for words in lists:
        parts.append(np.array(words)[rest % len(words)])
        rest = rest // len(words)
    joined = [" ".join(pair) for pair in zip(*parts, strict=True)]
    return [
        f"{name} {turn + 1}" if turn else name
        for name, turn in zip(joined, number // size, strict=True)
    ]


def accounts(count: int) -> list[str]:
    """Return that many company names, no two the same."""
    return _product(np.arange(count), 7, _FIRST, _SECOND)


def people(count: int) -> list[str]:
    """Return that many people's names; some are the same, as in life."""
    size = len(_GIVEN) * len(_FAMILY)
    return _product(np.arange(count) % size, 11, _GIVEN, _FAMILY)
