"""A whole file understood: what would be stored, what is refused, what is asked."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from execute.numerics.understanding import Understanding, understand


def made(kind: str, text: str, **more: object) -> Understanding:
    return understand(text.encode(), f"{kind}.csv", kind, **more)  # type: ignore[arg-type]


def doubt(u: Understanding, key: str):
    return next((d for d in u.doubts if d.key == key), None)


def test_deals_come_out_typed() -> None:
    u = made(
        "deals",
        "deal id,name,stage,close date,amount (EUR),discount\n"
        '007,Desk,Closed won (Sales Pipeline),2026-01-05,"1,204.50",15%\n'
        "008,Chair,Negotiation,,,\n",
    )
    rows = u.interpretation
    assert rows.columns["external_id"] == ["007", "008"]
    assert rows.columns["stage"] == ["Closed won", "Negotiation"]
    assert rows.columns["outcome"] == ["won", "open"]
    assert rows.columns["close_date"] == [date(2026, 1, 5), None]
    assert rows.columns["net_amount"] == [Decimal("1204.50"), None]
    assert rows.columns["discount_percent"] == [Decimal(15), None]
    assert rows.columns["currency"] == ["EUR", "EUR"]
    assert rows.identity == ["007", "008"]
    assert u.doubts == ()


def test_a_lost_deal_of_nothing_keeps_its_nought() -> None:
    rows = made("deals", "id,stage,amount\n1,Lost,0\n").interpretation
    assert (rows.columns["outcome"], rows.columns["net_amount"]) == (["lost"], [Decimal(0)])


def test_refused_rows_name_line_column_and_reason() -> None:
    rows = made(
        "deals",
        "id,name,close date,amount\n1,A,2026-01-05,10\n2,B,31/02/2024,10\n3,C,2026-01-05,45k\n",
        answers={"outcome": "won"},
    ).interpretation
    assert rows.lines == [2]
    assert [r.sentence for r in rows.refused] == [
        "Line 3, close date: “31/02/2024” is not a date",
        "Line 4, amount: “45k” is not a number",
    ]


def test_a_required_cell_that_is_blank_refuses_its_row() -> None:
    rows = made("expenses", "date,amount\n2026-01-05,1\n,2\n2026-01-06,--\n").interpretation
    assert [r.sentence for r in rows.refused] == [
        "Line 3, date: the date is missing",
        "Line 4, amount: the amount is missing",
    ]


def test_a_row_that_names_nobody_is_refused() -> None:
    rows = made("contacts", "email,title\nann@a.test,CEO\n,CFO\n").interpretation
    assert [r.reason for r in rows.refused] == ["there is nothing to identify it"]


def test_unknown_stages_are_open_and_asked_about() -> None:
    text = "id,stage\n1,Waiting\n2,Waiting\n3,Won\n"
    u = made("deals", text)
    assert u.interpretation.columns["outcome"] == ["open", "open", "won"]
    assert (asked := doubt(u, "stage.Waiting"))
    assert not asked.blocking
    answered = made("deals", text, answers={"stage.Waiting": "lost"})
    assert answered.interpretation.columns["outcome"] == ["lost", "lost", "won"]


def test_a_yes_under_won_and_a_no_once_closed_tell_the_outcome() -> None:
    text = (
        "id,stage_name,is_closed,is_won\n1,x9f=,true,true\n2,k2q=,true,false\n3,p0z=,false,false\n"
    )
    rows = made("deals", text).interpretation
    assert rows.columns["outcome"] == ["won", "lost", "open"]
    assert "closed" not in rows.columns


def test_deals_without_any_outcome_block() -> None:
    text = "id,amount\n1,10\n"
    assert (asked := doubt(made("deals", text), "outcome"))
    assert asked.blocking
    answered = made("deals", text, answers={"outcome": "won"})
    assert answered.interpretation.columns["outcome"] == ["won"]
    assert answered.blocking == ()


def test_a_won_date_says_won_and_is_said() -> None:
    u = made("deals", "id,won_date\n1,2026-01-05\n2,\n")
    assert u.interpretation.columns["outcome"] == ["won", "open"]
    assert (asked := doubt(u, "outcome"))
    assert not asked.blocking


def test_the_dollar_is_the_workspaces_own_or_said() -> None:
    text = "date,amount\n2026-01-05,$5\n"
    assert made("expenses", text).interpretation.columns["currency"] == ["USD"]
    own = made("expenses", text, currency="CAD")
    assert own.interpretation.columns["currency"] == ["CAD"]
    assert doubt(own, "currency.amount")


def test_no_currency_is_not_guessed() -> None:
    rows = made("expenses", "date,amount\n2026-01-05,5\n", currency="EUR").interpretation
    assert rows.columns["currency"] == [None]


def test_several_currencies_are_kept_row_by_row() -> None:
    rows = made("expenses", "date,amount\n2026-01-05,€5\n2026-01-06,£6\n").interpretation
    assert rows.columns["currency"] == ["EUR", "GBP"]


def test_millionths_are_divided_and_said() -> None:
    u = made("expenses", "date,cost_micros\n2026-01-05,36150000\n")
    assert u.interpretation.columns["amount"] == [Decimal("36.15")]
    assert doubt(u, "micros.amount")


def test_fractions_of_a_discount_are_asked_about() -> None:
    text = "id,stage,discount\n1,Won,0.15\n2,Won,0\n"
    u = made("deals", text)
    assert u.interpretation.columns["discount_percent"] == [Decimal(15), Decimal(0)]
    assert doubt(u, "percent.discount_percent")
    points = made("deals", text, answers={"percent.discount_percent": "points"})
    assert points.interpretation.columns["discount_percent"][0] == Decimal("0.15")


def test_rows_that_repeat_without_an_id_block_until_answered() -> None:
    text = "day,campaign,spend\n2026-01-01,A,10\n2026-01-01,A,10\n2026-01-01,B,5\n"
    u = made("expenses", text)
    assert [d.key for d in u.blocking] == ["duplicates"]
    sums = {
        answer: sum(
            made("expenses", text, answers={"duplicates": answer}).interpretation.columns["amount"]
        )
        for answer in ("keep", "once")
    }
    assert sums == {"keep": 25, "once": 15}


def test_an_id_that_stands_twice_is_stored_once_and_asked_about() -> None:
    u = made("accounts", "id,name\n1,Acme\n1,Acme Ltd\n2,Bell\n")
    assert [d.key for d in u.blocking] == ["repeated"]
    assert u.interpretation.columns["name"] == ["Acme Ltd", "Bell"]
    assert len(set(u.interpretation.identity)) == 2


def test_the_same_file_gives_the_same_identities() -> None:
    text = "date,channel,amount\n2026-01-05,Search,1\n2026-01-05,Search,2\n"
    first, again = (made("expenses", text).interpretation.identity for _ in range(2))
    assert first == again
    assert len(set(first)) == 2
    restated = made("expenses", text.replace(",2\n", ",3\n")).interpretation.identity
    assert restated == first


def test_a_value_for_every_row_needs_no_column() -> None:
    u = made("touches", "email,date\na@a.test,2026-01-05\n", set_to={"channel": "Search"})
    assert u.interpretation.columns["channel"] == ["Search"]
    assert u.blocking == ()


def test_times_come_out_in_the_zone_of_the_workspace() -> None:
    rows = made(
        "touches",
        "email,channel,date\na@a.test,Search,2026-07-05 10:00\nb@b.test,Search,2026-07-05T10:00Z\n",
        zone=ZoneInfo("Europe/Berlin"),
    ).interpretation
    assert [t.astimezone(UTC) for t in rows.columns["occurred_at"]] == [
        datetime(2026, 7, 5, 8, tzinfo=UTC),
        datetime(2026, 7, 5, 10, tzinfo=UTC),
    ]
    assert rows.columns["kind"] == ["other", "other"]
    assert rows.columns["level"] == [1, 1]


def test_spellings_of_a_source_are_merged_and_said() -> None:
    text = "id,source\n1,Google\n2,Google\n3,google\n4,\n5,unknown\n"
    u = made("contacts", text)
    assert u.interpretation.columns["source"] == ["Google", "Google", "Google", None, "unknown"]
    assert doubt(u, "variants.source")
    kept = made("contacts", text, answers={"variants.source": "keep"})
    assert kept.interpretation.columns["source"][2] == "google"


def test_a_company_may_be_called_na() -> None:
    u = made("accounts", "name,industry\nNA,NA\nAcme,None\n")
    assert u.interpretation.columns["name"] == ["NA", "Acme"]
    assert u.interpretation.columns["industry"] == [None, None]
    assert {d.key for d in u.doubts} == {"nulls.name", "nulls.industry"}


def test_do_not_email_is_no_consent() -> None:
    rows = made("contacts", "name,Do Not Email\nAnn,Yes\nBob,No\nCy,\n").interpretation
    assert rows.columns["consent"] == [False, True, None]


def test_first_and_last_names_make_a_name() -> None:
    rows = made("contacts", "first name,last name\nAnn,Bell\n,Cole\n").interpretation
    assert rows.columns["name"] == ["Ann Bell", "Cole"]


def test_a_periods_total_is_said_and_never_booked_on_its_first_day_in_silence() -> None:
    text = "Reporting starts,Reporting ends,Amount spent (EGP)\n2026-01-01,2026-03-31,90\n"
    u = made("expenses", text)
    assert doubt(u, "period")
    refused = made("expenses", text, answers={"period": "refuse"}).interpretation
    assert [r.reason for r in refused.refused] == ["the amount is a total for several days"]


def test_a_text_longer_than_its_field_is_cut_and_said() -> None:
    u = made("products", "name\n" + "x" * 5000 + "\n")
    assert len(u.interpretation.columns["name"][0]) == 200
    assert any("were cut" in n.text for n in u.notes)


def test_text_that_a_spreadsheet_would_run_is_kept_as_text() -> None:
    rows = made("products", 'name\n"=HYPERLINK(""x"")"\n@SUM(A1)\n-2+3\n<b>x</b>\n').interpretation
    assert rows.columns["name"] == ['=HYPERLINK("x")', "@SUM(A1)", "-2+3", "<b>x</b>"]


def test_what_is_kept_beside_the_row_follows_it() -> None:
    rows = made("contacts", "id,colour\n1,red\n,green\n3,blue\n").interpretation
    assert rows.lines == [2, 4]
    assert rows.attributes == {"colour": ["red", "blue"]}


@pytest.mark.parametrize("more", [{"mapping": {"name": "nope"}}, {"set_to": {"nope": "x"}}])
def test_a_column_or_field_that_does_not_exist_is_an_error(more: dict[str, object]) -> None:
    with pytest.raises(KeyError):
        made("accounts", "name\nAcme\n", **more)
