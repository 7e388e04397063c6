"""The house's drawings."""

import json
from datetime import date

import pytest

from ipeo import charts
from ipeo.numerics.estimates import Estimate, rate

STEPS = [
    charts.Step("Aware", 12_400),
    charts.Step("Considering", 3_910),
    charts.Step("Opportunity", 412, "execute"),
    charts.Step("Won", 86, "execute"),
]
DAYS = [date(2026, 1, day) for day in (5, 12, 19, 26)]


def sent(figure):
    return json.loads(charts.figure_json(figure))


def texts(figure):
    return [note["text"] for note in sent(figure)["layout"].get("annotations", [])]


def colours(value):
    if isinstance(value, dict):
        for key, each in value.items():
            if "color" in key and isinstance(each, str):
                yield each
            yield from colours(each)
    elif isinstance(value, list):
        for each in value:
            yield from colours(each)


def every_drawing():
    return [
        charts.funnel(STEPS, handoff="handoff"),
        charts.band(DAYS, [1, 2, 3, 4], [0, 1, 2, 3], [2, 3, 4, 5], break_even=1.5),
        charts.bars(["a", "b"], [rate(1, 10), rate(2, 10)], kind="percent"),
        charts.spend_against_plan(DAYS[:1], [10.0], [2.0], [5.0], today=DAYS[0]),
    ]


def test_drawings_name_colours_by_token_so_that_they_follow_light_and_dark():
    for figure in every_drawing():
        named = [colour for colour in colours(sent(figure)) if colour]
        assert named
        assert all(colour.startswith("var(--") for colour in named), named


def test_every_step_of_the_funnel_carries_its_count():
    assert [text for text in texts(charts.funnel(STEPS)) if text] == [
        "12,400",
        "3,910",
        "412",
        "86",
    ]


def test_the_funnel_marks_the_handoff_between_marketing_and_sales():
    drawing = sent(charts.funnel(STEPS, handoff="handoff, median 1.4 days"))
    assert drawing["layout"]["shapes"][0]["x0"] == 1.5
    assert drawing["layout"]["annotations"][-1]["text"] == "handoff, median 1.4 days"


def test_a_label_that_holds_tags_is_shown_as_it_was_typed():
    drawing = charts.bars(["<b>Field</b>"], [Estimate.exact(1.0, 1)])
    assert sent(drawing)["data"][0]["y"] == ["&lt;b&gt;Field&lt;/b&gt;"]


def test_a_value_that_is_not_known_is_said_not_drawn_as_zero():
    drawing = sent(charts.bars(["Events", "Search"], [rate(3, 10), Estimate.unknown("none yet")]))
    assert drawing["data"][0]["y"] == ["Events", "Search (not known)"]
    assert drawing["data"][0]["x"] == [0.3, None]


def test_whiskers_reach_to_the_ends_of_the_interval():
    drawing = sent(charts.bars(["Events"], [Estimate(0.3, 0.25, 0.4, 40)]))
    whiskers = drawing["data"][0]["error_x"]
    assert whiskers["array"] == pytest.approx([0.1])
    assert whiskers["arrayminus"] == pytest.approx([0.05])


def test_a_band_is_dashed_from_the_forecast_on():
    drawing = sent(
        charts.band(DAYS, [1, 2, 3, 4], [0, 1, 2, 3], [2, 3, 4, 5], forecast_from=DAYS[2])
    )
    past, ahead = drawing["data"][2:]
    assert past["line"]["dash"] == "solid"
    assert len(past["x"]) == 3
    assert len(ahead["x"]) == 2
    assert ahead["line"]["dash"] != "solid"


def test_a_band_marks_break_even_and_events():
    drawing = charts.band(
        DAYS, [1, 2, 3, 4], [0, 1, 2, 3], [2, 3, 4, 5],
        events=[charts.Event(DAYS[1], "rival launched")], break_even=1.2,
    )  # fmt: skip
    assert texts(drawing) == ["break-even", "rival launched"]


def test_a_band_refuses_ends_of_another_length():
    with pytest.raises(ValueError, match="as many"):
        charts.band(DAYS, [1, 2], [0, 1], [2, 3])


def test_spend_shows_actual_committed_and_plan():
    drawing = sent(charts.spend_against_plan(DAYS[:1], [10.0], [2.0], [5.0], currency="EUR"))
    assert [trace["name"] for trace in drawing["data"]] == ["Actual", "Committed", "Planned"]
    assert drawing["layout"]["yaxis"]["tickprefix"] == "€"
