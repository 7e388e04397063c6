"""Columns find their fields by known names, by their cells, or by asking."""

import pytest

from execute.numerics.fields import FIELDS, INDEX, normalise
from execute.numerics.headers import Proposal, propose, suggest_kind
from execute.numerics.sheets import read


def proposal(kind: str, header: str, *rows: str, **answers: str) -> Proposal:
    sheet = read("\n".join([header, *rows]).encode(), answers={"header": "first"})
    return propose(kind, sheet, {k.replace("__", "."): v for k, v in answers.items()})


@pytest.mark.parametrize("kind", list(FIELDS))
def test_no_name_means_two_fields_of_one_kind(kind: str) -> None:
    owners: dict[str, str] = {}
    for field in FIELDS[kind]:
        for alias in field.aliases:
            assert owners.setdefault(normalise(alias), field.name) == field.name, alias


@pytest.mark.parametrize("kind", list(FIELDS))
def test_every_field_is_found_by_its_own_name_or_another(kind: str) -> None:
    assert {f.name for f in FIELDS[kind]} == {name for name, _ in INDEX[kind].values()}


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("StageName", "stage name"),
        ("stage_name", "stage name"),
        ("property_dealname", "dealname"),
        ("Amount spent (USD)", "amount spent"),
        ("Person - Name*", "person name"),
        ("Día", "dia"),
        ("CLICKS", "clicks"),
        ("AnnualRevenue", "annual revenue"),
        ("(blank)", "blank"),
    ],
)
def test_names_are_compared_without_their_dress(written: str, plain: str) -> None:
    assert normalise(written) == plain


@pytest.mark.parametrize(
    ("kind", "header", "expected"),
    [
        ("deals", "Opportunity ID,Opportunity Name,Account Name,Stage,Amount,Close Date",
         ["external_id", "name", "account", "stage", "net_amount", "close_date"]),
        ("deals", "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Closed Lost Reason",
         ["external_id", "name", "stage", "close_date", "owner", "net_amount", "driver"]),
        ("deals", "Deal - Title,Deal - Value,Organization - Name*,Person - Name*",
         ["name", "net_amount", "account", "contact"]),
        ("deals", "Geschäftsname,Phase,Abschlussdatum,Betrag,Währung,Verlustgrund",
         ["name", "stage", "close_date", "net_amount", "currency", "driver"]),
        ("deals", "Nombre de la oportunidad,Etapa,Fecha de cierre,Importe,Competidor",
         ["name", "stage", "close_date", "net_amount", "competitor"]),
        ("deals", "Nom de l'opportunité,Étape,Date de clôture,Montant,Devise",
         ["name", "stage", "close_date", "net_amount", "currency"]),
        ("deals", "Nome do negócio,Etapa,Data de fechamento,Valor,Motivo da perda",
         ["name", "stage", "close_date", "net_amount", "driver"]),
        ("deals", "Nome opportunità,Fase,Data di chiusura,Importo,Valuta",
         ["name", "stage", "close_date", "net_amount", "currency"]),
        ("deals", "Verkoopkans,Verkoopfase,Sluitingsdatum,Bedrag,Reden van verlies",
         ["name", "stage", "close_date", "net_amount", "driver"]),
        ("expenses", "Day,Campaign,Cost,Impr.,Clicks",
         ["date", "campaign", "amount", "impressions", "clicks"]),
        ("expenses", "Tag;Kampagne;Kosten;Impr.;Klicks",
         ["date", "campaign", "amount", "impressions", "clicks"]),
        ("expenses", "Jour,Nom de la campagne,Montant dépensé (EUR),Impressions",
         ["date", "campaign", "amount", "impressions"]),
        ("expenses", "STAT_TIME_DAY,CAMPAIGN_NAME,SPEND,IMPRESSIONS,CLICKS",
         ["date", "campaign", "amount", "impressions", "clicks"]),
        ("touches", "Date,Session campaign,Session default channel group,Event name,User pseudo ID",
         ["occurred_at", "campaign", "channel", "kind", "contact"]),
        ("contacts", "First Name,Last Name,Email,Phone Number,Company name,Job Title,Lead Source",
         ["first_name", "last_name", "email", "phone", "account", "title", "source"]),
        ("products", "Name,Internal Reference,Sale Price,Cost",
         ["name", "external_id", "list_price", "unit_cost"]),
    ],
)  # fmt: skip
def test_vendors_headers_map_by_themselves(kind: str, header: str, expected: list[str]) -> None:
    found = proposal(kind, header)
    assert sorted(found.mapping) == sorted(expected)
    assert found.unmapped == ()
    assert found.doubts == ()


def test_two_columns_for_one_field_are_asked_about_with_the_better_known_first() -> None:
    found = proposal(
        "expenses", "day,campaign,cost_in_usd,cost_in_local_currency", "2026-01-05,A,1,2"
    )
    assert found.mapping["amount"] == "cost_in_usd"
    (doubt,) = found.doubts
    assert (doubt.key, doubt.answer, doubt.blocking) == ("map.amount", "cost_in_usd", False)


def test_two_columns_of_one_name_that_differ_block() -> None:
    found = proposal("accounts", "id,name,id", "1,Acme,7", "2,Bell,8")
    (doubt,) = found.doubts
    assert doubt.blocking
    assert "“id (2)”" in doubt.question
    answered = proposal("accounts", "id,name,id", "1,Acme,7", "2,Bell,8", map__external_id="id (2)")
    assert answered.mapping["external_id"] == "id (2)"
    assert not any(d.blocking for d in answered.doubts)


def test_an_unknown_name_is_found_by_its_cells_and_said() -> None:
    found = proposal("contacts", "who,reach", "Ann,ann@a.test", "Bob,bob@b.test")
    assert found.mapping["email"] == "reach"
    assert [d.key for d in found.doubts] == ["map.email"]


def test_a_required_field_that_no_column_holds_blocks() -> None:
    found = proposal("expenses", "what,much", "Stand,10")
    assert {d.key for d in found.doubts if d.blocking} == {"map.date", "map.amount"}


def test_a_name_whose_cells_say_otherwise_is_left_out_and_said() -> None:
    found = proposal("contacts", "name,email", "Ann,3fa9", "Bob,77c1")
    assert "email" not in found.mapping
    (doubt,) = found.doubts
    assert "left out" in doubt.question


@pytest.mark.parametrize(
    ("cell", "field"), [("2026-03-14", "close_date"), ("yes", "closed"), ("1", "closed")]
)
def test_closed_says_when_or_whether_as_its_cells_do(cell: str, field: str) -> None:
    found = proposal("deals", "Deal,Closed", f"Desks,{cell}", "Chairs,")
    assert found.mapping[field] == "Closed"
    assert len(found.mapping) == 2


def test_an_id_that_stands_on_many_days_is_no_id_of_an_expense() -> None:
    found = proposal("expenses", "id,date,cost", "7,2026-01-05,1", "7,2026-01-06,2")
    assert "external_id" not in found.mapping


def test_a_daily_row_has_its_own_day_and_no_period() -> None:
    daily = proposal("expenses", "Reporting starts,Reporting ends,Day,Amount spent")
    assert daily.mapping == {"date": "Day", "amount": "Amount spent"}
    total = proposal("expenses", "Reporting starts,Reporting ends,Amount spent")
    assert total.mapping["end_date"] == "Reporting ends"


def test_what_is_not_mapped_is_kept_beside_the_row() -> None:
    found = proposal("contacts", "mql_id,landing_page_id,Shoe size", "1,a,38", "2,b,44")
    assert found.attributes == {"landing_page": "landing_page_id", "shoe_size": "Shoe size"}


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("product,series,sales_price", "products"),
        ("account,sector,revenue,employees", "accounts"),
        ("first name,last name,email,phone", "contacts"),
        ("opportunity_id,sales_agent,deal_stage,close_date,close_value", "deals"),
        ("Campaign,Day,Impressions,Clicks,Cost", "expenses"),
        ("timestamp,channel,contact id,event type", "touches"),
        ("alpha,beta", None),
    ],
)
def test_a_file_suggests_its_kind(header: str, kind: str | None) -> None:
    assert suggest_kind(read(f"{header}\n".encode())) == kind
