"""A rule says who is in an audience; nothing but known fields and operators reaches SQL."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from insight.models import Contact
from insight.queries.audiences import contacts_by, contacts_of, size_of
from insight.queries.fields import FIELDS, OPERATORS
from insight.queries.rules import RuleNotValid, read_rule
from ipeo import tenancy
from tests.factories.insight import AccountFactory, AudienceFactory, ContactFactory
from tests.factories.ipeo import WorkspaceFactory


def rule(*conditions, match="all"):
    return read_rule(
        {match: [dict(zip(("field", "op", "value"), c, strict=False)) for c in conditions]}
    )


def names(found):
    return sorted(contact.name for contact in found)


@pytest.fixture
def people(workspace):
    hospital = AccountFactory(
        name="Alvarez",
        industry="Healthcare",
        region="West",
        country="Chile",
        employees=250,
        annual_revenue=Decimal("1200000.50"),
        attributes={"Fleet size": "40"},
    )
    school = AccountFactory(name="Brook", industry="Education", employees=None)
    ContactFactory(
        name="Ana",
        account=hospital,
        title="Facilities manager",
        source="Paid search",
        lead_date=timezone.localdate() - timedelta(days=10),
        consent="given",
        attributes={"tier": "Gold"},
    )
    ContactFactory(name="Ben", account=school, title="Head teacher", lead_date=date(2020, 5, 1))
    ContactFactory(name="Cy", account=None, source="paid search", consent="refused")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (("industry", "is", "healthcare"), ["Ana"]),
        (("industry", "is_not", "Healthcare"), ["Ben", "Cy"]),
        (("industry", "in", ["Education", "healthcare"]), ["Ana", "Ben"]),
        (("industry", "not_in", ["Education"]), ["Ana", "Cy"]),
        (("industry", "is_known"), ["Ana", "Ben"]),
        (("industry", "is_unknown"), ["Cy"]),
        (("region", "starts_with", "we"), ["Ana"]),
        (("country", "contains", "HIL"), ["Ana"]),
        (("country", "contains", "%"), []),
        (("employees", "at_least", 250), ["Ana"]),
        (("employees", "at_most", "249"), []),
        (("employees", "between", [200, 300]), ["Ana"]),
        (("employees", "is_unknown"), ["Ben", "Cy"]),
        (("annual_revenue", "at_least", "1200000.51"), []),
        (("annual_revenue", "at_least", "1,200,000.50"), ["Ana"]),
        (("source", "is", "Paid Search"), ["Ana", "Cy"]),
        (("lead_date", "within_days", 30), ["Ana"]),
        (("lead_date", "before", "2020-05-02"), ["Ben"]),
        (("lead_date", "on_or_after", "2020-05-02"), ["Ana"]),
        (("lead_date", "is_unknown"), ["Cy"]),
        (("consent", "is", "refused"), ["Cy"]),
        (("consent", "is_not", "refused"), ["Ana", "Ben"]),
        (("title", "contains", "manager"), ["Ana"]),
        (("attributes.tier", "is", "gold"), ["Ana"]),
        (("attributes.tier", "is_not", "gold"), ["Ben", "Cy"]),
        (("account_attributes.Fleet size", "is", "40"), ["Ana"]),
    ],
)
def test_a_condition_finds_the_people_it_describes(people, condition, expected):
    assert names(contacts_by(rule(condition))) == expected


def test_all_conditions_must_hold_or_any_of_them(people):
    conditions = [("industry", "is", "Healthcare"), ("source", "is", "Paid search")]
    assert names(contacts_by(rule(*conditions))) == ["Ana"]
    assert names(contacts_by(rule(*conditions, match="any"))) == ["Ana", "Cy"]


def test_a_rule_without_conditions_means_everybody_of_the_workspace(people):
    with tenancy.system():
        other = WorkspaceFactory()
    with tenancy.scope(other):
        ContactFactory(name="Stranger")
    assert names(contacts_of(AudienceFactory(rule={}))) == ["Ana", "Ben", "Cy"]


def test_the_size_counts_people_accounts_and_refusals(people):
    size = size_of(read_rule({}))
    assert (size.contacts, size.accounts, size.refused) == (3, 2, 1)


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ({"all": [{"field": "password", "op": "is", "value": "x"}]}, "no field “password”"),
        ({"all": [{"field": "account__name", "op": "is", "value": "x"}]}, "no field"),
        ({"all": [{"field": "attributes.a__gt", "op": "regex", "value": "x"}]}, "cannot be used"),
        ({"all": [{"field": "attributes.a'b", "op": "is", "value": "x"}]}, "no field"),
        ({"all": [{"field": "industry", "op": "at_least", "value": 3}]}, "cannot be used"),
        ({"all": [{"field": "employees", "op": "is", "value": "many"}]}, "Enter a number"),
        ({"all": [{"field": "employees", "op": "is", "value": True}]}, "Enter a number"),
        ({"all": [{"field": "employees", "op": "at_least", "value": 1.5}]}, "whole number"),
        ({"all": [{"field": "employees", "op": "at_least", "value": "1e-9"}]}, "Enter a number"),
        ({"all": [{"field": "employees", "op": "between", "value": [9, 1]}]}, "not be above"),
        ({"all": [{"field": "employees", "op": "between", "value": 9}]}, "list of values"),
        ({"all": [{"field": "industry", "op": "in", "value": []}]}, "Enter 1 to 50"),
        ({"all": [{"field": "industry", "op": "is", "value": ""}]}, "Enter a value"),
        ({"all": [{"field": "industry", "op": "is", "value": "a\x00b"}]}, "plain characters"),
        ({"all": [{"field": "industry", "op": "is_known", "value": "x"}]}, "takes no value"),
        ({"all": [{"field": "lead_date", "op": "before", "value": "31/02/2024"}]}, "Enter a date"),
        ({"all": [{"field": "lead_date", "op": "within_days", "value": 0}]}, "number of days"),
        ({"all": [{"field": "consent", "op": "is", "value": "maybe"}]}, "must be one of"),
        ({"all": [{"field": "industry", "op": "is", "value": "x", "sql": 1}]}, "A condition has"),
        ({"all": ["industry"]}, "A condition has"),
        ({"all": [], "any": []}, "one list of conditions"),
        ({"none": []}, "one list of conditions"),
        ({"all": {}}, "must be a list"),
        ([], "one list of conditions"),
        ({"all": [{"field": "industry", "op": "is_known"}] * 21}, "up to 20"),
    ],
)
def test_a_rule_that_cannot_be_read_says_why(stored, words):
    with pytest.raises(RuleNotValid, match=words):
        read_rule(stored)


def test_every_condition_at_fault_is_named_by_its_place():
    with pytest.raises(RuleNotValid) as caught:
        rule(("industry", "is", "x"), ("nothing", "is", "x"), ("employees", "is", "x"))
    assert sorted(caught.value.errors) == [1, 2]


def test_a_rule_is_stored_as_it_was_read(people):
    stored = rule(("employees", "between", ["100", "1,000"]), ("lead_date", "before", "2026-01-02"))
    again = read_rule(stored.as_json())
    assert again == stored
    assert str(again.conditions[0]) == "Employees is between 100 and 1,000"
    assert str(again.conditions[1]) == "First contact is before 2 January 2026"


text = st.text(max_size=30)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text,
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
fields = st.sampled_from([*FIELDS, "attributes.tier", "account_attributes.x y"]) | text
operators = st.sampled_from([op.key for kind in OPERATORS.values() for op in kind]) | text
conditions = st.fixed_dictionaries({"field": fields, "op": operators, "value": values})


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(st.sampled_from(["all", "any"]), st.lists(conditions, max_size=3)))
def test_whatever_is_sent_is_refused_in_words_or_runs(workspace, stored):
    try:
        found = read_rule(stored)
    except RuleNotValid as refusal:
        found, words = None, str(refusal)
    if found is None:
        assert words
    else:
        assert 0 <= contacts_by(found).count() <= Contact.objects.count()
