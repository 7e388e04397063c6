"""Rules of spend: an ad platform's campaigns find the plan's programs."""

from datetime import date
from decimal import Decimal

import pytest

from execute.actions import expenses, rules
from execute.models import Expense, SpendRule
from execute.queries.rules import placed_by, unmatched_campaigns
from ipeo import tenancy
from ipeo.actions.versions import EditedMeanwhile
from ipeo.models import AuditEvent
from tests.factories.execute import ExpenseFactory, SpendRuleFactory
from tests.factories.insight import ChannelFactory
from tests.factories.ipeo import WorkspaceFactory
from tests.factories.plan import ProgramFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(workspace):
    return lambda path: f"/w/{workspace.slug}/{path}"


def spent(name, amount=100, **given):
    return ExpenseFactory(campaign_name=name, amount=Decimal(amount), **given)


@pytest.mark.parametrize(
    ("field", "comparison", "text", "fits"),
    [
        ("campaign", "contains", "DESK", True),
        ("campaign", "contains", "d.sk", False),
        ("campaign", "contains", "%", False),
        ("campaign", "starts", "2026 de", True),
        ("campaign", "starts", "desks", False),
        ("campaign", "equals", "2026 desks | uk", True),
        ("campaign", "equals", "2026 desks", False),
        ("campaign", "pattern", r"^\d{4} desks", True),
        ("campaign", "pattern", r"^desks", False),
        ("description", "contains", "retarget", True),
        ("source", "equals", "search", True),
        ("source", "equals", "retargeting", False),
    ],
)
def test_a_rule_reads_one_text_in_one_way(field, comparison, text, fits, workspace):
    rule = SpendRuleFactory(field=field, comparison=comparison, text=text)
    found = placed_by(["2026 Desks | UK", None], ["Retargeting", ""], ["Search", None])
    assert found == [rule if fits else None, None]


def test_the_first_rule_that_fits_decides_and_only_here(workspace):
    with tenancy.scope(WorkspaceFactory()):
        SpendRuleFactory(text="desk", position=0)
    SpendRuleFactory(text="desk", position=2)
    first = SpendRuleFactory(text="des", position=1)
    assert placed_by(["desks"], [""], [""]) == [first]


def test_a_saved_rule_places_what_is_there_and_leaves_what_belongs_somewhere(workspace):
    program, other = ProgramFactory(), ProgramFactory()
    waiting = spent("Desks UK")
    nowhere = ExpenseFactory(campaign_name="Desks DE", channel=None)
    placed = spent("Desks FR", program=other)
    before = waiting.channel
    made = rules.save_rule(rule=SpendRule(text="desks", program=program), by=None)
    assert made.rows == 2
    for expense in (waiting, nowhere, placed):
        expense.refresh_from_db()
    assert (waiting.program, waiting.channel, waiting.rule) == (program, before, made.rule)
    assert nowhere.channel == program.channel
    assert (placed.program, placed.rule) == (other, None)
    assert AuditEvent.objects.filter(table_name="execute_expense", row_id=waiting.pk).count() == 2


def test_a_removed_rule_puts_everything_back_and_the_next_rule_takes_it(workspace):
    channel, program = ChannelFactory(), ProgramFactory()
    waiting = spent("Desks UK")
    before = waiting.channel
    first = rules.save_rule(rule=SpendRule(text="desks", channel=channel), by=None).rule
    waiting.refresh_from_db()
    assert (waiting.channel, waiting.program) == (channel, None)
    rules.save_rule(rule=SpendRule(text="uk", program=program, position=5), by=None)
    waiting.refresh_from_db()
    assert waiting.rule == first
    assert rules.remove_rule(rule=first) == 1
    waiting.refresh_from_db()
    assert (waiting.program, waiting.channel) == (program, before)
    rules.remove_rule(rule=waiting.rule)
    waiting.refresh_from_db()
    assert (waiting.program, waiting.channel, waiting.rule) == (None, before, None)


def test_a_person_who_has_an_expense_open_learns_that_a_rule_has_changed_it(workspace):
    waiting, seen = spent("Desks UK"), Expense.objects.get()
    rule = rules.save_rule(rule=SpendRule(text="desks", program=ProgramFactory()), by=None).rule
    with pytest.raises(EditedMeanwhile):
        expenses.save_expense(expense=seen, version=seen.version)
    waiting.refresh_from_db()
    placed = waiting.version
    rules.remove_rule(rule=rule)
    waiting.refresh_from_db()
    assert seen.version < placed < waiting.version


def test_an_edited_rule_places_anew(workspace):
    first, second = ProgramFactory(), ProgramFactory()
    uk, de = spent("Desks UK"), spent("Desks DE")
    rule = rules.save_rule(rule=SpendRule(text="desks", program=first), by=None).rule
    rule.text, rule.program = "desks uk", second
    assert rules.save_rule(rule=rule, by=None).rows == 1
    uk.refresh_from_db()
    de.refresh_from_db()
    assert (uk.program, de.program) == (second, None)


@pytest.mark.parametrize(
    "pattern", ["(", r"(a+)\1", "(?=a)b", "a{500}", "a{2,400}", "***=x", "a{9,1}"]
)
def test_a_pattern_that_is_none_or_costly_is_refused(pattern, workspace):
    rule = SpendRule(comparison="pattern", text=pattern, program=ProgramFactory())
    with pytest.raises(rules.PatternRefused):
        rules.save_rule(rule=rule, by=None)
    assert not SpendRule.objects.exists()


def test_nested_repeats_do_not_hold_the_database_up(workspace):
    spent("a" * 250 + "!")
    rule = SpendRule(comparison="pattern", text="^(a+)+$", program=ProgramFactory())
    assert rules.save_rule(rule=rule, by=None).rows == 0


def test_a_rule_leads_somewhere(workspace):
    with pytest.raises(rules.LeadsNowhere):
        rules.save_rule(rule=SpendRule(text="x"), by=None)


def test_unmatched_campaigns_stand_with_their_spend_dearest_first(workspace):
    channel = ChannelFactory()
    spent("Chairs", 50, channel=channel, date=date(2026, 2, 1))
    spent("Chairs", 70, channel=channel, date=date(2026, 2, 9))
    spent("Lamps", 30)
    spent("Desks", 999, program=ProgramFactory())
    ExpenseFactory()
    found = unmatched_campaigns()
    assert [(row.name, row.amount, row.count) for row in found.rows] == [
        ("Chairs", 120, 2),
        ("Lamps", 30, 1),
    ]
    assert (found.rows[0].last, found.more, found.amount) == (date(2026, 2, 9), 0, 150)


def test_a_campaign_is_matched_with_one_click_and_the_click_is_undone(workspace, at, sign_in):
    program = ProgramFactory(name="Desk program")
    spent("Desks UK")
    browser = sign_in("marketer")
    assert "match no program" in browser.get(at("expenses/")).content.decode()
    form = {"name": "Desks UK", "program": program.pk}
    answer = browser.post(at("expenses/rules/match/"), form, follow=True)
    text = answer.content.decode()
    assert "1 expense was assigned to Desk program" in text
    assert "Undo" in text
    rule = SpendRule.objects.get()
    assert Expense.objects.get().program == program
    browser.post(at(f"expenses/rules/{rule.pk}/remove/"))
    assert Expense.objects.get().program is None
    assert "Desks UK" in browser.get(at("expenses/rules/")).content.decode()
    browser.post(at("expenses/rules/match/"), {"name": "Desks UK", "program": ""})
    assert not SpendRule.objects.exists()
    assert sign_in("viewer").post(at("expenses/rules/match/"), form).status_code == 403


def test_a_rule_is_written_refused_and_edited_on_its_page(workspace, at, sign_in):
    program = ProgramFactory()
    spent("Desks UK")
    browser = sign_in("marketer")
    given = {
        "field": "campaign",
        "comparison": "pattern",
        "text": "(",
        "program": program.pk,
        "position": 1,
    }
    refused = browser.post(at("expenses/rules/new/"), given)
    assert refused.status_code == 422
    assert "This is not a valid pattern" in refused.content.decode()
    assert browser.post(at("expenses/rules/new/"), given | {"text": "^desks"}).status_code == 302
    rule = SpendRule.objects.get()
    browser.post(at(f"expenses/rules/{rule.pk}/"), given | {"text": "chairs"})
    assert Expense.objects.get().program is None


def test_a_persons_word_is_above_a_rules(workspace, at, sign_in):
    program, other = ProgramFactory(), ProgramFactory()
    expense = spent("Desks UK")
    rule = rules.save_rule(rule=SpendRule(text="desks", program=program), by=None).rule
    form = {"date": "2026-02-01", "amount": "100", "state": "actual", "program": other.pk}
    sign_in("marketer").post(at(f"expenses/{expense.pk}/"), form)
    rules.remove_rule(rule=rule)
    expense.refresh_from_db()
    assert (expense.program, expense.rule) == (other, None)


def test_a_removed_expense_comes_back_when_its_rule_is_gone(workspace):
    program = ProgramFactory()
    spent("Desks UK")
    rule = rules.save_rule(rule=SpendRule(text="desks", program=program), by=None).rule
    token = expenses.delete_expense(expense=Expense.objects.get())
    rules.remove_rule(rule=rule)
    (back,) = expenses.restore_expense(token=token)
    assert (back.program, back.rule) == (program, None)
