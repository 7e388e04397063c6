"""The numerics on plain files, by the command, and on public data where it is at hand."""

import json
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture
def science(capsys):
    def run(*words):
        call_command("science", *(str(word) for word in words), "--json")
        return json.loads(capsys.readouterr().out)

    return run


def public(name):
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the public data {name} is not beside the project")
    return path


def written(tmp_path, *lines):
    path = tmp_path / "file.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_paths_are_credited_by_every_model(science, tmp_path):
    file = written(
        tmp_path,
        "path;total_conversions;total_conversion_value;total_null",
        "search > mail > mail;6;600;4",
        "mail;2;50;10",
        "fair > search;4;80;1",
    )
    told = science("attribution", file)["models"]
    assert set(told) == {
        *("first", "last", "linear", "time_decay", "u", "w"),
        *("markov", "shapley"),
    }
    assert told["first"]["search"]["conversions"]["value"] == 6
    assert told["last"]["mail"]["value"]["value"] == pytest.approx(650)
    assert told["last"]["fair"]["conversions"]["value"] == 0
    assert told["last"]["fair"]["conversions"]["high"] == pytest.approx(1.353, rel=1e-3)
    assert told["shapley"]["mail"]["conversions"]["value"] == pytest.approx(5)
    for model in told.values():
        assert sum(one["conversions"]["value"] for one in model.values()) == pytest.approx(12)


def test_arms_are_compared_with_the_control(science, tmp_path):
    random = np.random.default_rng(1)
    rows = [f"treated,{int(random.random() < 0.4)}" for _ in range(400)]
    rows += [f"control,{int(random.random() < 0.2)}" for _ in range(400)]
    told = science("experiment", written(tmp_path, "group,bought", *rows), *OPTIONS)
    assert told["control"] == "control"
    (found,) = told["comparisons"]
    assert found["lift"]["low"] > 0
    assert found["sequential"]["low"] < found["lift"]["low"]
    assert told["sample_ratio_p"] == 1


OPTIONS = ("--arm", "group", "--outcome", "bought")


@pytest.mark.parametrize(
    ("lines", "words", "says"),
    [
        (["group,bought", "a,1", "b,much"], OPTIONS, "Line 3, bought: “much” is not a number"),
        (["group,bought", "x,1", "y,0"], OPTIONS, "Say which arm is the control"),
        (["group,bought", "a,1", "a,0"], OPTIONS, "two arms or more"),
        (["group,sold", "a,1", "b,0"], OPTIONS, "no column “bought”"),
        (["group,bought", "a,1", "b,1e300"], OPTIONS, "Line 3, bought: “1e300” is too large"),
        (["group,bought", "a,inf", "b,1"], OPTIONS, "Line 2, bought: “inf” is too large"),
        (["group,bought"], OPTIONS, "The file has no lines"),
        (["group,bought", "a,1", ",0"], OPTIONS, "Line 3, group: there is no arm"),
    ],
)
def test_what_a_file_lacks_is_said_with_its_line(tmp_path, lines, words, says):
    with pytest.raises(CommandError, match=says):
        call_command("science", "experiment", str(written(tmp_path, *lines)), *words)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["path,conversions", "a > b,1.5"], "whole numbers"),
        (["path,conversions", "a > b,2", "a > ,2"], "Line 3: a step of the path is empty"),
        (["path,conversions", "a > b,-2"], "negative count"),
        (["path,conversions,value", "a > b,3,9", "b,2"], "Line 3: the row has 2 cells where"),
        (["path,conversions,value", "a,0,50", "b,1,5"], "Line 2: a path has a value and no conv"),
        (["path,sold", "a,1"], "no column “total_conversions”; there are path, sold"),
    ],
)
def test_paths_that_make_no_sense_are_refused(tmp_path, lines, says):
    with pytest.raises(CommandError, match=says):
        call_command("science", "attribution", str(written(tmp_path, *lines)))


def test_a_path_of_very_many_buyers_takes_no_more_room_than_another(science, tmp_path):
    lines = ("path,conversions", "a > b,1000000000000", "b,1000000000000")
    told = science("attribution", str(written(tmp_path, *lines)))
    held = told["models"]["linear"]["a"]["conversions"]
    assert held["value"] == pytest.approx(5e11)
    assert held["low"] < 5e11 < held["high"]


@pytest.mark.parametrize(
    ("control", "treated", "why"),
    [
        ([0] * 20, [0, 1] * 10, "not above nothing"),
        ([1] * 20, [1] * 20, "do not vary"),
        ([1], [0], "an arm of one"),
    ],
)
def test_a_lift_that_is_not_known_says_why(science, tmp_path, control, treated, why):
    lines = [f"control,{one}" for one in control] + [f"new,{one}" for one in treated]
    told = science("experiment", str(written(tmp_path, "group,bought", *lines)), *OPTIONS)
    (found,) = told["comparisons"]
    assert found["lift"]["value"] is None
    assert why in found["lift"]["reason"]


def test_of_a_control_that_did_nothing_or_lost_the_difference_is_told_and_no_lift(
    science, tmp_path
):
    for control, treated in (([0] * 20, [0, 1] * 10), ([-3, -5] * 10, [-8, -9] * 10)):
        lines = [f"control,{one}" for one in control] + [f"new,{one}" for one in treated]
        told = science("experiment", written(tmp_path, "group,bought", *lines), *OPTIONS)
        (found,) = told["comparisons"]
        gained = (sum(treated) - sum(control)) / 20
        assert found["difference"]["value"] == pytest.approx(gained)
        assert found["difference"]["low"] < gained < found["difference"]["high"]
        assert found["p"] < 0.01
        assert found["lift"]["value"] is found["sequential"]["value"] is None


def test_steps_may_stand_close_and_headers_be_written_large(science, tmp_path):
    told = science("attribution", written(tmp_path, "Path,Conversions", "a>b > c,3", "b,2"))
    assert set(told["models"]["first"]) == {"a", "b", "c"}


def test_dates_in_disorder_are_put_in_order_and_one_given_twice_is_refused(science, tmp_path):
    random = np.random.default_rng(4)
    days = [f"2026-{month:02}-{day:02}" for month in (1, 2) for day in range(1, 29)]
    rows = [f"{day},{random.normal(50 + 9 * (day >= '2026-02-10'), 1)}" for day in days]
    words = ("--outcome", "sold", "--start", "2026-02-10")
    told = science("impact", written(tmp_path, "day,sold", *rows), *words)
    assert told["effect"]["low"] < 9 < told["effect"]["high"]
    assert science("impact", written(tmp_path, "day,sold", *rows[::-1]), *words) == told
    with pytest.raises(CommandError, match="Two lines have one date"):
        science("impact", written(tmp_path, "day,sold", *rows, rows[3]), *words)


def test_a_region_whose_name_has_a_comma_is_named_in_quotes(science, tmp_path):
    random = np.random.default_rng(6)
    lines = [
        f'"{name}",2026-01-{day:02},{random.normal(50, 3)}'
        for name in ("Portland, OR", "Salem", "Bend")
        for day in range(1, 25)
    ]
    told = science(
        *("geo", written(tmp_path, "city,day,sold", *lines), "--unit", "city", "--date", "day"),
        *("--outcome", "sold", "--treated", '"Portland, OR"', "--start", "2026-01-20"),
    )
    assert set(told["weights"]) <= {"Salem", "Bend"}


def test_a_price_study_of_a_few_people_has_no_interval(science, tmp_path):
    file = written(tmp_path, "a,b,c,d", *(f"{9 + i},{20 + i},{40 + i},{70 + i}" for i in range(9)))
    told = science("price", file, "--columns", "a,b,c,d")
    assert told["valid"] == 9
    assert told["indifference"]["value"] is not None
    assert told["indifference"]["low"] is told["indifference"]["high"] is None
    assert "too few" in told["indifference"]["reason"]


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(CommandError, match="no file"):
        call_command("science", "attribution", str(tmp_path / "none.csv"))


def test_public_paths_give_the_known_credit(science):
    told = science("attribution", public("attribution_paths/PathData.csv"))
    credit = {
        model: {name: one["conversions"]["value"] for name, one in held.items()}
        for model, held in told["models"].items()
    }
    assert (credit["first"]["alpha"], credit["first"]["iota"]) == (6308, 4606)
    assert (credit["last"]["alpha"], credit["last"]["eta"]) == (8447, 4167)
    assert credit["linear"]["alpha"] == pytest.approx(7574.719, abs=5e-4)
    assert credit["linear"]["beta"] == pytest.approx(2083.500, abs=5e-4)
    for held in credit.values():
        assert sum(held.values()) == pytest.approx(19_785)


def test_a_public_mailing_lifts_visits_and_spend_as_published(science):
    file = public("exp_hillstrom/hillstrom.csv")
    visits = science("experiment", file, "--arm", "segment", "--outcome", "visit")
    spend = science("experiment", file, "--arm", "segment", "--outcome", "spend")
    assert [one["n"] for one in visits["arms"]] == [21_307, 21_306, 21_387]
    men, women = (one["difference"] for one in visits["comparisons"])
    assert (round(men["value"], 5), round(women["value"], 5)) == (0.07659, 0.04523)
    men, women = (one["difference"] for one in spend["comparisons"])
    assert (round(men["value"], 5), round(men["se"], 5)) == (0.76983, 0.14525)
    assert (round(women["value"], 4), round(women["se"], 4)) == (0.4244, 0.1303)


def test_a_tiny_public_control_is_warned_of(science):
    file = public("exp_marketing_ab_sample/marketing_AB.csv")
    told = science("experiment", file, "--arm", "test group", "--outcome", "converted")
    assert [round(100 * one["mean"], 3) for one in told["arms"]] == [2.593, 1.078]
    assert any("Only 5 in “psa”" in one for one in told["warnings"])


def test_five_added_to_a_public_series_are_found(science, tmp_path):
    rows = public("exp_causalimpact/arma_data.csv").read_text().split()
    lines = [rows[0]]
    for number, row in enumerate(rows[1:]):
        x, y = row.split(",")
        lines.append(f"{x},{float(y) + 5 * (number >= 70)}")
    told = science(
        *("impact", written(tmp_path, *lines), "--outcome", "y", "--series", "X", "--start", 70)
    )
    assert told["effect"]["value"] == pytest.approx(4.89, abs=0.03)
    assert told["effect"]["low"] == pytest.approx(4.26, abs=0.12)
    assert told["effect"]["high"] == pytest.approx(5.47, abs=0.12)


def test_a_placebo_in_public_regions_finds_nothing(science):
    told = science(
        *("geo", public("exp_geolift/GeoLift_PreTest.csv"), "--unit", "location"),
        *("--date", "date", "--outcome", "Y", "--treated", "chicago,portland"),
        *("--start", "2021-03-17"),
    )
    assert told["effect"]["low"] < 0 < told["effect"]["high"]
    assert told["p"] > 0.3
    whenever = told["sequential"]
    assert -0.3 < whenever["low"] < 0 < whenever["high"] < 0.3


def test_public_regions_with_too_few_days_before_are_not_known_while_the_test_runs(science):
    told = science(
        *("geo", public("exp_geolift/GeoLift_PreTest.csv"), "--unit", "location"),
        *("--date", "date", "--outcome", "Y", "--treated", "chicago,portland"),
        *("--start", "2021-02-01"),
    )
    assert told["sequential"]["value"] is None
    assert told["sequential"]["reason"] == "126 periods of history are needed, and there are 31"
    assert told["effect"]["low"] is not None


def test_a_public_price_study_gives_the_known_range(science):
    told = science(
        *("price", public("price_van_westendorp/psm_survey_macroman.csv")),
        *("--columns", "1,2,3,4", "--likely", "5,6"),
    )
    assert (told["valid"], told["invalid"]) == (991, 9)
    points = ("lower", "upper", "indifference", "optimum", "most_trial", "most_revenue")
    assert [told[point]["value"] for point in points] == [40, 98, 67, 70, 61, 76]
