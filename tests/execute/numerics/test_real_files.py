"""Exports as vendors write them, and files that break importers, end as their manifests say.

The files are not part of this repository; they stand beside a developer's checkout.
"""

import csv
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from execute.numerics.headers import suggest_kind
from execute.numerics.sheets import Sheet, Unreadable, read
from execute.numerics.understanding import Understanding, understand
from execute.numerics.values import Names

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the real data sets (../shared/data) are not on this machine"
)


def manifest(folder: str) -> list[dict[str, str]]:
    path = DATA / folder / "MANIFEST.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def understood(path: str, kind: str, **answers: str) -> Understanding:
    answers = {key.replace("__", "."): value for key, value in answers.items()}
    return understand(DATA / path, Path(path).name, kind, answers=answers)


def keys(u: Understanding) -> set[str]:
    return {d.key for d in u.doubts}


KINDS = {
    "real/hubspot_api_deal.csv": "deals",
    "real/hubspot_api_deal_stage.csv": "deals",
    "real/hubspot_api_contact.csv": "contacts",
    "real/salesforce_api_opportunity.csv": "deals",
    "real/salesforce_api_lead.csv": "contacts",
    "real/fivetran_shopify_orders_schema.csv": "deals",
    "real/odoo_crm_lead_template.xls": "contacts",
    "real/odoo_o2m_customers_contacts.csv": "accounts",
    "real/odoo_m2m_customers_tags.csv": "accounts",
    "real/odoo_Name_products.csv": "products",
    "adapted/hubspot_ui_deals.csv": "deals",
    "adapted/salesforce_report_footer.csv": "deals",
    "adapted/zoho_ui_deals.csv": "deals",
    "adapted/pipedrive_sample_import.csv": "deals",
}
AMOUNT = {"expenses": "amount", "deals": "net_amount"}
REFUSED = {
    "real/linkedin_api_by_campaign.csv": 9,  # days without a cost
    "adapted/hubspot_ui_deals.csv": 1,  # 45k
}
ASKED = {
    "real/hubspot_api_deal_stage.csv": {"outcome"},
    "real/fivetran_shopify_orders_schema.csv": {"outcome"},
    "adapted/pipedrive_sample_import.csv": {"outcome"},
    "adapted/zoho_ui_deals.csv": {"dates.close_date"},
}
SAID = {
    "real/google_ads_api_campaign_stats.csv": {"micros.amount"},
    "real/x_api_campaign_report.csv": {"micros.amount"},
    "real/linkedin_api_by_campaign.csv": {"map.amount"},
    "adapted/google_ads_daily_symbol.csv": {"currency.amount"},
    "adapted/google_ads_german_semicolon.csv": {"encoding"},
    "adapted/meta_range_only.csv": {"period"},
    "adapted/meta_spanish_daily.csv": {"totals"},
}


@pytest.mark.parametrize("row", manifest("crm_ads_exports"), ids=lambda r: r["file"])
def test_an_export_ends_as_its_manifest_says(row: dict[str, str]) -> None:
    name = row["file"]
    kind = KINDS.get(name, "expenses")
    u = understood(f"crm_ads_exports/{name}", kind)
    rows = u.interpretation
    assert len(u.sheet) == int(row["true_data_rows"])
    assert len(rows.refused) == REFUSED.get(name, 0)
    assert len(rows) == len(u.sheet) - len(rows.refused)
    assert {d.key for d in u.blocking} == ASKED.get(name, set())
    assert keys(u) >= SAID.get(name, set())
    if name != "adapted/pipedrive_sample_import.csv":
        assert suggest_kind(u.sheet) == kind
    _holds_the_total(row, u, kind)
    if len(code := row["currency"].split(" ")[0]) == 3 and kind in AMOUNT:
        assert set(rows.columns["currency"]) == {code}


def _holds_the_total(row: dict[str, str], u: Understanding, kind: str) -> None:
    number, _, word = row["true_amount_total"].partition(" ")
    if not number or kind not in AMOUNT or AMOUNT[kind] not in u.mapping:
        return
    columns = u.interpretation.columns
    won = word == "won"
    total = sum(
        a
        for a, o in zip(
            columns[AMOUNT[kind]], columns.get("outcome") or columns["state"], strict=True
        )
        if a is not None and (not won or o == "won")
    )
    expected = Decimal(number)
    if row["amount_column"].rstrip("s").endswith("micro"):
        expected /= 1_000_000
    assert total == expected


def test_a_column_of_three_date_forms_is_read_as_answered() -> None:
    u = understood("crm_ads_exports/adapted/zoho_ui_deals.csv", "deals", dates__close_date="mdy")
    days = u.interpretation.columns["close_date"]
    assert days[:3] == [date(2026, 11, 15), date(2026, 10, 1), date(2026, 9, 12)]
    assert u.blocking == ()


def sheet_of(name: str, **answers: str) -> Sheet:
    return read(DATA / "csv_nasty" / name, answers=answers)


def shape(name: str, rows: int, columns: int, last: str | None = None) -> Callable[[], None]:
    def check() -> None:
        sheet = sheet_of(name)
        assert (len(sheet), len(sheet.headers)) == (rows, columns)
        if last is not None:
            assert sheet.columns[-1][-1] == last

    return check


def unreadable(name: str) -> Callable[[], None]:
    def check() -> None:
        with pytest.raises(Unreadable):
            sheet_of(name)

    return check


def greek() -> None:
    sheet = sheet_of("greek_iso8859_7.csv")
    assert len(sheet) == 4
    assert [(d.key, d.blocking) for d in sheet.doubts] == [("encoding", True)]
    assert sheet_of("greek_iso8859_7.csv", encoding="iso8859_7").columns[2][0] == "Λεωνιδας"


def null_words() -> None:
    u = understand(DATA / "csv_nasty/null_words.csv", "", "accounts", mapping={"name": "b"})
    assert u.interpretation.columns["name"] == ["NA"]
    assert "nulls.name" in keys(u)
    u = understand(DATA / "csv_nasty/null_words.csv", "", "accounts", mapping={"name": "c"})
    assert len(u.interpretation) == 0


def days_first() -> None:
    mapping = {"close_date": "a"}
    u = understand(DATA / "csv_nasty/ddmm_dates.csv", "", "deals", mapping=mapping)
    assert u.sheet.columns == (["02/01/2014", "31/12/2012"],)
    u = understand(
        DATA / "csv_nasty/ddmm_dates.csv", "", "deals", mapping=mapping, set_to={"account": "A"}
    )
    assert u.interpretation.columns["close_date"] == [date(2014, 1, 2), date(2012, 12, 31)]


def french() -> None:
    u = understand(
        DATA / "csv_nasty/fr_latin1_semicolon_decimalcomma.csv",
        "",
        "expenses",
        mapping={"date": "Date", "amount": "Occupancy rate"},
    )
    assert (len(u.sheet), len(u.sheet.headers)) == (638, 8)
    assert "Année" in u.sheet.headers
    columns = u.interpretation.columns
    assert columns["amount"][0] == Decimal("0.611553068")
    assert columns["date"][-1] == date(2017, 10, 1)
    assert not any(d.key == "dates.date" for d in u.blocking)


def late_dates() -> None:
    u = understand(
        DATA / "csv_nasty/broken_dates_late.csv",
        "",
        "deals",
        mapping={"close_date": "a"},
        set_to={"account": "A", "outcome": "won"},
        answers={"duplicates": "keep"},
    )
    assert [r.value for r in u.interpretation.refused] == ["10-10.2020", "10/10.2020"]


def mixed_dates() -> None:
    u = understood("csv_nasty/made_mixed_dates_one_column.csv", "expenses")
    assert [r.line for r in u.interpretation.refused] == [6]
    assert [d.key for d in u.blocking] == ["dates.date"]
    assert u.interpretation.columns["date"] == [date(2026, 1, 5)] * 3 + [date(2025, 1, 5)]


def repeated() -> None:
    u = understood("csv_nasty/made_dup_rows_no_id.csv", "expenses")
    assert [d.key for d in u.blocking] == ["duplicates"]


def formulas() -> None:
    sheet = sheet_of("made_formula_injection.csv")
    assert len(sheet) == 4
    assert sum(int(str(v)) for v in sheet.column("Spend")) == 100


def cut() -> None:
    sheet = sheet_of("made_utf8_declared_but_cut.csv")
    assert (len(sheet), [r.line for r in sheet.refused]) == (1, [3])


def unclosed() -> None:
    sheet = sheet_of("unclosed_quote.csv")
    assert (len(sheet), [r.line for r in sheet.refused]) == (0, [2])


def headless(name: str, rows: int) -> Callable[[], None]:
    def check() -> None:
        sheet = sheet_of(name)
        assert len(sheet) == rows
        assert "header" in {d.key for d in sheet.doubts}

    return check


def zeroes() -> None:
    sheet = sheet_of("leading_zeroes.csv")
    assert [c[0] for c in sheet.columns] == ["01", "00.11", "0.1"]


def old_excel() -> None:
    sheet = sheet_of("skip_lines.xls")
    assert sheet.headers[:3] == ("text", "date", "integer")
    assert sheet.columns[1][0] == date(1971, 1, 1)


def two_lines() -> None:
    sheet = sheet_of("two_line_headers.xlsx")
    assert [d.key for d in sheet.doubts] == ["header_lines"]
    assert sheet.headers[1] == "Caloric contribution (%)"


def quoted_twice() -> None:
    sheet = sheet_of("single_quotes_backslash.csv")
    assert (len(sheet), len(sheet.headers)) == (3, 3)
    assert sheet.columns[2][1] == "text'2'text"


def percents() -> None:
    assert sheet_of("percent_format.xlsx").columns[1][0] == 0.52


def spaced() -> None:
    assert sheet_of("leading_space.csv").columns[1] == ["leading space"]


def nul() -> None:
    sheet = sheet_of("null_byte.csv")
    assert len(sheet) == 1
    assert not any("\0" in str(cell) for column in sheet.columns for cell in column)


NASTY: dict[str, Callable[[], None]] = {
    "utf8_bom.csv": shape("utf8_bom.csv", 2, 2, "中国人"),
    "greek_iso8859_7.csv": greek,
    "utf16_be.csv": shape("utf16_be.csv", 2, 3, "ʤ"),
    "null_byte.csv": nul,
    "header_with_newline_and_controls.csv": shape("header_with_newline_and_controls.csv", 1, 3),
    "null_words.csv": null_words,
    "leading_zeroes.csv": zeroes,
    "ddmm_dates.csv": days_first,
    "skip_lines.xls": old_excel,
    "comment_before_header.csv": shape("comment_before_header.csv", 2, 2),
    "blank_header.csv": shape("blank_header.csv", 2, 3),
    "mixed_escaping.csv": shape("mixed_escaping.csv", 3, 2, 'Test " line 3'),
    "semicolon_leading_zero.csv": shape("semicolon_leading_zero.csv", 1, 2),
    "fr_latin1_semicolon_decimalcomma.csv": french,
    "fr_utf8_accent_header.csv": shape("fr_utf8_accent_header.csv", 2, 17),
    "late_non_ascii.csv": shape("late_non_ascii.csv", 507, 17),
    "long_cells_deviation.csv": shape("long_cells_deviation.csv", 12, 2),
    "two_line_headers.xlsx": two_lines,
    "percent_format.xlsx": percents,
    "zero_bytes.csv": unreadable("zero_bytes.csv"),
    "quotes_and_newlines.csv": shape("quotes_and_newlines.csv", 2, 2),
    "unclosed_quote.csv": unclosed,
    "leading_space.csv": spaced,
    "papaparse_long.csv": headless("papaparse_long.csv", 8),
    "broken_dates_late.csv": late_dates,
    "single_quotes_backslash.csv": quoted_twice,
    "made_formula_injection.csv": formulas,
    "made_utf8_declared_but_cut.csv": cut,
    "made_mixed_dates_one_column.csv": mixed_dates,
    "made_dup_rows_no_id.csv": repeated,
    "made_emoji_rtl_long.csv": shape("made_emoji_rtl_long.csv", 3, 2),
    "made_xlsx_named_csv.csv": unreadable("made_xlsx_named_csv.csv"),
}


@pytest.mark.parametrize("name", [row["file"] for row in manifest("csv_nasty")])
def test_a_nasty_file_ends_as_its_manifest_says(name: str) -> None:
    NASTY[name]()


def test_a_resellers_pipeline_is_read_without_help() -> None:
    products = understood("maven_crm/products.csv", "products")
    accounts = understood("maven_crm/accounts.csv", "accounts")
    deals = understood("maven_crm/sales_pipeline.csv", "deals")
    assert products.mapping == {"name": "product", "family": "series", "list_price": "sales_price"}
    assert accounts.mapping == {
        "name": "account",
        "industry": "sector",
        "country": "office_location",
        "annual_revenue": "revenue",
        "employees": "employees",
        "parent": "subsidiary_of",
    }
    assert deals.mapping == {
        "external_id": "opportunity_id",
        "owner": "sales_agent",
        "product": "product",
        "account": "account",
        "stage": "deal_stage",
        "created_date": "engage_date",
        "close_date": "close_date",
        "net_amount": "close_value",
    }
    assert products.doubts == accounts.doubts == deals.doubts == ()
    columns = deals.interpretation.columns
    assert Counter(columns["outcome"]) == {"won": 4238, "lost": 2473, "open": 2089}
    won = [i for i, outcome in enumerate(columns["outcome"]) if outcome == "won"]
    assert sum(columns["net_amount"][i] for i in won) == 10_005_534
    assert columns["account"].count(None) == 1425
    prices = dict(
        zip(
            products.interpretation.columns["name"],
            products.interpretation.columns["list_price"],
            strict=True,
        )
    )
    names = Names(prices)
    matches = {name: names.closest(name) for name in set(columns["product"])}
    assert {n: m.how for n, m in matches.items() if m and m.how != "exact"} == {
        "GTXPro": "spelling"
    }
    assert sum(prices[matches[columns["product"][i]].name] for i in won) == 10_023_482


def test_a_marketplaces_leads_and_deals_are_read_without_help() -> None:
    leads = understood("olist_funnel/olist_marketing_qualified_leads_dataset.csv", "contacts")
    deals = understood("olist_funnel/olist_closed_deals_dataset.csv", "deals")
    assert leads.mapping == {
        "external_id": "mql_id",
        "lead_date": "first_contact_date",
        "source": "origin",
    }
    assert leads.proposal.attributes == {"landing_page": "landing_page_id"}
    sources = Counter(leads.interpretation.columns["source"])
    assert (sources["organic_search"], sources["unknown"], sources[None]) == (2296, 1099, 60)
    assert deals.mapping == {
        "contact": "mql_id",
        "account": "seller_id",
        "owner": "sr_id",
        "close_date": "won_date",
    }
    assert "declared_monthly_revenue" in deals.proposal.attributes
    assert Counter(deals.interpretation.columns["outcome"]) == {"won": 842}
    assert keys(deals) == {"outcome"}
    assert deals.blocking == ()


def test_sources_that_differ_in_case_are_said() -> None:
    u = understood("leads_x_education/Leads.csv", "contacts")
    sources = Counter(u.interpretation.columns["source"])
    assert (sources["Google"], sources["google"]) == (2873, 0)
    assert "variants.source" in keys(u)
    assert suggest_kind(u.sheet) == "contacts"


def test_a_salesforce_backup_is_read_without_help() -> None:
    u = understood("loop_salesforce_dc/Opportunity.csv", "deals")
    columns = u.interpretation.columns
    assert Counter(columns["outcome"]) == {"open": 35, "won": 12, "lost": 3}
    assert sum(columns["net_amount"]) == Decimal("43603545.98")
    assert u.doubts == ()
    assert len(understood("loop_salesforce_dc/Contact.csv", "contacts").interpretation) == 102
    assert len(understood("loop_salesforce_dc/Lead.csv", "contacts").interpretation) == 60
    assert len(understood("loop_salesforce_dc/Account.csv", "accounts").interpretation) == 22


def test_formatted_campaign_costs_are_read() -> None:
    u = understood("ads_facebook_kag/KAG_conversion_data_with_date.csv", "expenses")
    columns = u.interpretation.columns
    assert round(sum(columns["amount"]), 2) == Decimal("58705.23")
    assert sum(columns["impressions"]) == 213_434_828
    assert sum(columns["clicks"]) == 38_165
    bank = understood("ads_campaigns_bank_in/marketing_campaign_dataset.csv", "expenses")
    assert len(bank.interpretation) == 1500
    assert keys(bank) == {"map.campaign", "state", "period"}
