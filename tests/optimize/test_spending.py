"""Response curves of a plain file, by the command, and on public data where it is at hand."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from optimize.numerics.curves import fit
from optimize.numerics.curves.forms import FORMS
from optimize.queries.spending import curve

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FIGURES = {"contribution", "roas", "next", "moved"}


def written(tmp_path, spend, other=0.0):
    random = np.random.default_rng(1)
    lines = ["week,sales,search,fairs"]
    for n, amount in enumerate(spend):
        day = np.datetime64("2024-01-01") + 7 * n
        sales = 100 + 30 * np.tanh(amount / 60) + random.normal(0, 2)
        lines.append(f"{day},{sales:.3f},{amount:.2f},{other}")
    path = tmp_path / "weeks.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_command_tells_of_each_channel_and_of_one_never_spent_on_why_not(tmp_path, capsys):
    file = written(tmp_path, np.random.default_rng(2).gamma(2.0, 40.0, 45))

    call_command(
        *("science", "curve", str(file), "--date", "1", "--outcome", "sales"),
        *("--spend", "search,4", "--json"),
    )

    told = json.loads(capsys.readouterr().out)
    search = told["channels"]["search"]
    assert set(search) >= FIGURES
    for name in FIGURES:
        assert search[name]["low"] <= search[name]["value"] <= search[name]["high"]
    assert told["rhat"] <= 1.01
    assert told["ess"] >= 400
    fairs = told["channels"]["4"]
    assert fairs["contribution"] == {
        "value": None,
        "low": None,
        "high": None,
        "reason": "nothing was ever spent on it",
    }
    assert fairs["reason"] == "nothing was ever spent on it"


def test_chains_that_disagree_give_a_reason_and_no_number(tmp_path, monkeypatch):
    def disagreeing(weeks, *, level):
        return replace(fit(weeks, level=level, forms=FORMS[:1], draws=100), rhat=1.2)

    file = written(tmp_path, np.random.default_rng(2).gamma(2.0, 40.0, 45))
    monkeypatch.setattr("optimize.numerics.curves.fit", disagreeing)
    told = curve(file, day="week", outcome="sales", spend=["search"])

    search = told["channels"]["search"]
    assert search["contribution"]["value"] is None
    assert "do not agree" in search["reason"]
    assert told["rhat"] == 1.2


def test_too_few_weeks_give_a_reason_and_no_number(tmp_path):
    told = curve(written(tmp_path, [40.0]), day="week", outcome="sales", spend=["search"])

    assert told["channels"]["search"]["contribution"]["value"] is None
    assert "too few" in told["reason"]
    assert told["rhat"] is None


def test_nothing_spent_gives_a_reason(tmp_path):
    told = curve(written(tmp_path, [0.0] * 30), day="week", outcome="sales", spend=["search"])

    assert told["reason"] == "nothing was spent on any channel"


def test_a_channel_spent_on_in_the_first_weeks_alone_is_not_known(tmp_path):
    file = written(tmp_path, [900.0, *[0.0] * 40])
    told = curve(file, day="week", outcome="sales", spend=["search"])["channels"]["search"]

    assert told["contribution"]["value"] is None
    assert "the first 4 weeks only" in told["reason"]


def test_weeks_that_are_lacking_or_but_numbered_keep_their_places(tmp_path, monkeypatch):
    seen = []

    def kept(weeks, *, level):
        seen.append(weeks)
        return fit(weeks, level=level, forms=FORMS[:1], draws=20)

    monkeypatch.setattr("optimize.numerics.curves.fit", kept)
    head, *lines = written(tmp_path, [40.0 + i % 7 for i in range(30)]).read_text().split()
    file = tmp_path / "less.csv"
    file.write_text("\n".join([head, *lines[:9], *lines[11:]]), encoding="utf-8")
    curve(file, day="week", outcome="sales", spend=["search"])
    rows = [f"{i + 1},{line.partition(',')[2]}" for i, line in enumerate(lines)]
    file.write_text("\n".join([head, *rows[:9], *rows[11:]]), encoding="utf-8")
    curve(file, day="week", outcome="sales", spend=["search"])

    for weeks in seen:
        assert weeks.shape == (1, 1, 30)
        assert np.flatnonzero(np.isnan(weeks.outcome[0])).tolist() == [9, 10]
        assert np.flatnonzero(weeks.spend[0, 0] == 0).tolist() == [9, 10]


@pytest.mark.parametrize("apart", [1, 30])
def test_lines_that_are_no_weeks_are_refused(tmp_path, apart):
    days = np.datetime64("2024-01-01") + apart * np.arange(30)
    file = tmp_path / "days.csv"
    file.write_text("week,sales,search\n" + "\n".join(f"{day},9,5" for day in days))
    with pytest.raises(ValueError, match=f"The dates are {apart} days? apart"):
        curve(file, day="week", outcome="sales", spend=["search"])


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"spend": ["nowhere"]}, "no column"),
        ({"day": "sales"}, "not a date"),
        ({"spend": ["search", "search"]}, "once"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path, words, why):
    given = {"day": "week", "outcome": "sales", "spend": ["search"]} | words
    with pytest.raises(ValueError, match=why):
        curve(written(tmp_path, [10.0] * 30), **given)


def test_spend_below_nothing_is_refused(tmp_path):
    with pytest.raises(CommandError, match="below 0"):
        call_command(
            *("science", "curve", str(written(tmp_path, [10.0, -5.0] * 20)), "--date", "week"),
            *("--outcome", "sales", "--spend", "search"),
        )


def test_the_public_example_gives_what_it_was_made_of():
    file = DATA / "mmm_pymc" / "mmm_example.csv"
    if not file.exists():
        pytest.skip("the public data mmm_pymc are not beside the project")

    told = curve(
        file, day="date_week", outcome="y", spend=["x1", "x2"], controls=["event_1", "event_2"]
    )

    for name, truth in (("x1", 275_809.0), ("x2", 67_706.0)):
        found = told["channels"][name]["contribution"]
        assert found["low"] < truth < found["high"]
        assert found["value"] == pytest.approx(truth, rel=0.05)
    assert told["rhat"] <= 1.01
    assert told["ess"] >= 400
