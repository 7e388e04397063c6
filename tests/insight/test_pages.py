"""Every page of Insight opens for those who may see it, and costs the same for many rows."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from insight.models import Account, BrandStory, Channel, Competitor, Contact, Finding, Product
from tests.factories.insight import (
    AccountFactory,
    AudienceFactory,
    BrandStoryFactory,
    ChannelFactory,
    CompetitorFactory,
    CompetitorMoveFactory,
    ContactFactory,
    DispositionFactory,
    FindingFactory,
    ProductFactory,
    ProofPointFactory,
)
from tests.factories.ipeo import CycleFactory


@pytest.fixture
def filled(workspace):
    """One row of each kind, and the addresses that show it."""
    cycle = CycleFactory(number=2)
    finding = FindingFactory(
        campaign=cycle.campaign,
        expires_on=date(2020, 1, 1),
        evidence={
            "facts": [
                {
                    "label": "Win rate with a demo",
                    "value": 0.41,
                    "low": 0.33,
                    "high": 0.5,
                    "n": 54,
                    "kind": "percent",
                },
                {"label": "Cost per lead", "value": None, "reason": "No spend is known."},
            ]
        },
        evidence_url="/somewhere/",
    )
    DispositionFactory(finding=finding, cycle=cycle, carried=True)
    DispositionFactory(finding=FindingFactory(campaign=cycle.campaign), cycle=cycle)
    rule = {"all": [{"field": "industry", "op": "is", "value": "Healthcare"}]}
    audience = AudienceFactory(rule=rule)
    contact = ContactFactory(account__industry="Healthcare", attributes={"tier": "Gold"})
    point = ProofPointFactory(story__version=1)
    move = CompetitorMoveFactory()
    return {
        "": None,
        f"cycles/{cycle.pk}/": None,
        "findings/": None,
        "findings/new/": "edit",
        f"findings/{finding.pk}/": None,
        f"findings/{finding.pk}/edit/": "edit",
        f"findings/{finding.pk}/decide/{cycle.pk}/": None,
        "audiences/": None,
        "audiences/new/": "edit",
        f"audiences/{audience.pk}/": None,
        f"audiences/{audience.pk}/edit/": "edit",
        "story/": None,
        "story/edit/": "edit",
        "story/versions/1/": None,
        f"proof-points/{point.pk}/": "edit",
        "rivals/": None,
        "rivals/new/": "edit",
        f"rivals/{move.competitor_id}/": None,
        f"rivals/{move.competitor_id}/edit/": "edit",
        f"moves/{move.pk}/": "edit",
        "products/": None,
        "products/new/": "edit",
        f"products/{ProductFactory().pk}/": "edit",
        "channels/": None,
        "channels/new/": "edit",
        f"channels/{ChannelFactory().pk}/": "edit",
        "accounts/": None,
        "accounts/new/": "edit",
        "accounts/options/?account=acc": None,
        f"accounts/{contact.account_id}/": None,
        f"accounts/{contact.account_id}/edit/": "edit",
        "contacts/": None,
        "contacts/new/": "edit",
        f"contacts/{contact.pk}/": None,
        f"contacts/{contact.pk}/edit/": "edit",
    }


def at(workspace, address):
    return f"/w/{workspace.slug}/insight/{address}"


def test_every_page_opens_for_a_marketer(workspace, filled, sign_in):
    browser = sign_in("marketer")
    for address in filled:
        assert browser.get(at(workspace, address)).status_code == 200, address


def test_a_viewer_reads_every_page_and_edits_none(workspace, filled, sign_in):
    browser = sign_in("viewer")
    for address, needs in filled.items():
        expected = 403 if needs == "edit" else 200
        assert browser.get(at(workspace, address)).status_code == expected, address


def test_every_list_without_rows_teaches_the_next_step(workspace, sign_in):
    browser = sign_in("marketer")
    for address, words in {
        "": "Record a finding",
        "findings/": "Record a finding",
        "audiences/": "Define an audience",
        "story/": "Write the story",
        "rivals/": "Add a competitor",
        "products/": "Add a product",
        "channels/": "Add a channel",
        "accounts/": "Add an account",
        "contacts/": "Add a contact",
    }.items():
        assert words in browser.get(at(workspace, address)).content.decode(), address


def test_evidence_reads_as_figures_with_interval_and_sample(workspace, filled, sign_in):
    finding = Finding.objects.exclude(evidence={}).get()
    page = sign_in("viewer").get(at(workspace, f"findings/{finding.pk}/")).content.decode()
    assert "41%" in page
    assert "80% interval 33% to 50%, n = 54" in page
    assert "No spend is known." in page
    assert "This finding has expired" in page


def grow(number):
    cycle = CycleFactory.create() if not Finding.objects.exists() else None
    wanted = number - Product.objects.count()
    Product.objects.bulk_create(ProductFactory.build_batch(wanted))
    Channel.objects.bulk_create(ChannelFactory.build_batch(wanted))
    Competitor.objects.bulk_create(CompetitorFactory.build_batch(wanted))
    accounts = Account.objects.bulk_create(AccountFactory.build_batch(wanted))
    Contact.objects.bulk_create(
        ContactFactory.build(account=account, owner=None) for account in accounts
    )
    Contact.objects.bulk_create(
        ContactFactory.build(account=Account.objects.first()) for _ in range(wanted)
    )
    findings = Finding.objects.bulk_create(
        FindingFactory.build_batch(wanted, campaign=(cycle or DispositionFactory().cycle).campaign)
    )
    holder = cycle or CycleFactory()
    for finding in findings[:60]:
        DispositionFactory(finding=finding, cycle=holder)
    BrandStory.objects.bulk_create(BrandStoryFactory.build_batch(wanted, is_current=False))
    CompetitorMoveFactory.create_batch(min(wanted, 80), competitor=Competitor.objects.first())
    AudienceFactory.create_batch(min(wanted, 80))


def test_each_list_asks_as_many_questions_for_many_as_for_few(workspace, sign_in):
    browser = sign_in("marketer")
    BrandStoryFactory(is_current=True, version=10**6)
    counts = []
    for number in (10, 1000):
        grow(number)
        account, rival = Account.objects.first(), Competitor.objects.first()
        addresses = (
            "",
            "findings/",
            "audiences/",
            "rivals/",
            f"rivals/{rival.pk}/",
            "products/",
            "channels/",
            "accounts/",
            "accounts/?q=acc",
            f"accounts/{account.pk}/",
            "contacts/",
            "story/",
        )
        counts.append({})
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(at(workspace, address)).status_code == 200
            counts[-1][address] = len(queries)
    assert counts[0] == counts[1]
    assert max(counts[0].values()) < 25


def test_a_list_goes_on_where_it_stopped(workspace, sign_in):
    Account.objects.bulk_create(AccountFactory.build_batch(120))
    browser = sign_in("viewer")
    seen, address = [], "accounts/?q=account"
    while address:
        response = browser.get(at(workspace, address))
        seen += [account.pk for account, _ in response.context["rows"]]
        token = response.context["page"].next
        address = f"accounts/?q=account&after={token}" if token else ""
        assert not token or f"?q=account&amp;after={token}" in response.content.decode()
    assert sorted(seen) == sorted(Account.objects.values_list("pk", flat=True))
    assert len(seen) == 120
