"""Exports as vendors write them end as their manifest says, and known sums come out.

The files are not part of this repository; they stand beside a developer's checkout.
"""

import csv
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from execute.numerics.headers import suggest_kind
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
    "real/hubspot_api_deal_stage.csv": "stage_history",
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
