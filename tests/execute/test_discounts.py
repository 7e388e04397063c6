"""A discount past the threshold asks what it buys, and waits for a manager."""

from decimal import Decimal

import pytest

from execute.actions import approvals, outcomes, setup
from execute.actions.deals import save_deal
from execute.actions.pricing import PriceNotOffered, price_deal, take_approved_price
from execute.models import Deal, DiscountApproval, Driver
from execute.queries.discounts import sent_back_to, terms_of
from ipeo.models import AuditEvent
from ipeo.tenancy import current_workspace
from tests.factories.execute import DealFactory
from tests.factories.insight import ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(workspace):
    return lambda path="": f"/w/{workspace.slug}/{path}"


@pytest.fixture
def fit(workspace):
    setup.ensure_defaults()
    return Driver.objects.get(name="Fit")


@pytest.fixture
def deal(fit, workspace):
    """List 1,000, cost 600: a margin of 40 % at list price; the threshold is the usual one."""
    assert Decimal(0) < workspace.discount_threshold < Decimal("0.2")
    return DealFactory(list_amount=Decimal(1000), net_amount=None, cost_amount=Decimal(600))


@pytest.fixture
def win(deal, fit, member):
    def go(net, **values):
        return outcomes.log_outcome(
            deal=deal,
            outcome="won",
            drivers=[fit],
            net_amount=Decimal(net),
            by=member("sales_rep"),
            **values,
        )

    return go


def test_a_small_discount_asks_nobody(win):
    win(990)
    assert not DiscountApproval.objects.exists()


def test_a_discount_past_the_threshold_says_what_the_buyer_gives(win, deal):
    with pytest.raises(outcomes.DiscountUnanswered) as caught:
        win(800)
    assert caught.value.field == "in_return"
    assert Deal.objects.get().outcome == "open"


def test_something_else_is_said_in_words(win):
    with pytest.raises(outcomes.DiscountUnanswered) as caught:
        win(800, in_return="other")
    assert caught.value.field == "in_return_note"


def test_the_outcome_stands_while_the_discount_waits(win, member):
    won = win(800, in_return="reference", in_return_note=" A case study ")
    asked = DiscountApproval.objects.get()
    assert (won.outcome, asked.status, asked.asked_by) == ("won", "pending", member("sales_rep"))
    assert (asked.discount, asked.margin) == (Decimal("0.200000"), Decimal("0.400000"))
    # 0.2 / (0.4 - 0.2): twice as much must be sold.
    assert asked.break_even_uplift == Decimal("1.000000")
    assert asked.in_return_note == "A case study"
    assert "100% more volume is needed" in asked.shown


def test_a_discount_that_takes_the_whole_margin_has_no_break_even(win):
    win(550, in_return="volume")
    asked = DiscountApproval.objects.get()
    assert asked.break_even_uplift is None
    assert "no volume makes up for it" in asked.shown


def test_without_a_cost_the_margin_is_the_products_or_not_known(deal):
    deal.cost_amount = None
    assert terms_of(deal, net_amount=Decimal(800)).uplift is not None
    deal.product.unit_cost = None
    deal.product.save()
    assert "not known" in terms_of(deal, net_amount=Decimal(800)).says
    ProductFactory(list_price=Decimal(100), unit_cost=Decimal(50))
    assert terms_of(deal, net_amount=Decimal(800)).margin == 0.5


def test_a_correction_within_the_threshold_withdraws_what_waited(win):
    win(800, in_return="volume")
    win(990)
    assert DiscountApproval.objects.get().status == "withdrawn"


def test_the_same_terms_are_not_asked_for_twice(win, member):
    win(800, in_return="volume")
    asked = DiscountApproval.objects.get()
    approvals.send_back_discount(approval=asked, by=member("manager"), reason="Ask for a term.")
    win(800, in_return="volume", note="A word more")
    assert DiscountApproval.objects.count() == 1
    win(800, in_return="longer_term")
    assert DiscountApproval.objects.filter(status="pending").count() == 1


def test_what_was_approved_before_closing_covers_the_outcome(win, deal, member):
    asked = approvals.ask_approval(
        deal=deal, net_amount=Decimal(800), in_return="volume", by=member("sales_rep")
    )
    approvals.approve_discount(approval=asked, by=member("manager"))
    win(850)
    assert DiscountApproval.objects.count() == 1
    with pytest.raises(outcomes.DiscountUnanswered):
        win(700)


def test_within_the_threshold_there_is_nothing_to_ask(deal, member):
    for net, refusal in ((990, approvals.WithinThreshold), (None, approvals.PriceUnknown)):
        with pytest.raises(refusal):
            approvals.ask_approval(
                deal=deal,
                net_amount=None if net is None else Decimal(net),
                in_return="volume",
                by=member("sales_rep"),
            )


def test_a_won_deals_price_falls_past_the_threshold_by_its_outcome_alone(win, deal, member):
    won = win(990)
    won.net_amount, won.name = Decimal(600), "Another name"
    with pytest.raises(approvals.WonPastThreshold):
        save_deal(deal=won, by=member("sales_rep"))
    with pytest.raises(approvals.WonPastThreshold):
        price_deal(deal=deal, currency=current_workspace().currency, net_amount=Decimal(600))
    deal.refresh_from_db()
    assert (deal.net_amount, deal.name == "Another name") == (Decimal(990), False)
    assert not DiscountApproval.objects.exists()
    win(800, in_return="volume")
    deal.refresh_from_db()
    deal.name = "Another name"
    save_deal(deal=deal, by=member("sales_rep"))
    deal.net_amount = Decimal(980)
    save_deal(deal=deal, by=member("sales_rep"))
    assert DiscountApproval.objects.get().status == "withdrawn"


def test_a_decision_is_made_once_and_audited(win, member):
    win(800, in_return="volume")
    asked = DiscountApproval.objects.get()
    with pytest.raises(approvals.BackWithoutReason):
        approvals.send_back_discount(approval=asked, by=member("manager"), reason=" ")
    approvals.send_back_discount(approval=asked, by=member("manager"), reason="Too much")
    with pytest.raises(approvals.AlreadyDecided):
        approvals.approve_discount(approval=asked, by=member("owner"))
    assert sent_back_to(member("sales_rep")) == [asked]
    events = AuditEvent.objects.filter(table_name="execute_discountapproval").order_by("pk")
    assert events.last().changes["status"] == ["pending", "sent_back"]


def test_a_manager_decides_on_the_terms_that_were_shown(at, sign_in, workspace, win, deal, member):
    win(800, in_return="volume")
    asked = DiscountApproval.objects.get()
    manager = sign_in("manager")
    address = at(f"deals/discounts/{asked.pk}/")
    seen = asked.asked_at.isoformat()
    assert f'value="{seen}"' in manager.get(address).content.decode()
    win(600, in_return="volume")
    answer = manager.post(address, {"decision": "approve", "asked_at": seen})
    assert answer.status_code == 409
    assert "has changed since you opened this page" in answer.content.decode()
    head = {"HTTP_IPEO_WORKSPACE": workspace.slug, "content_type": "application/json"}
    api = f"/api/v1/discount-approvals/{asked.pk}/approve/"
    assert manager.post(api, {"asked_at": seen}, **head).status_code == 409
    asked.refresh_from_db()
    assert (asked.status, asked.net_amount) == ("pending", Decimal(600))
    now = asked.asked_at.isoformat()
    assert manager.post(address, {"decision": "approve", "asked_at": now}).status_code == 302


def test_the_form_asks_only_where_the_discount_is_large(at, sign_in, deal, fit):
    rep = sign_in("sales_rep")
    typed = {"outcome": "won", "won_drivers": [fit.pk], "net_amount": "800", "version": 1}
    answer = rep.post(at(f"deals/{deal.pk}/outcome/"), typed)
    assert answer.status_code == 422
    assert "what the buyer gives in return" in answer.content.decode()
    assert 'data-margin="0.400000"' in answer.content.decode()
    assert (
        rep.post(at(f"deals/{deal.pk}/outcome/"), {**typed, "in_return": "scope"}).status_code
        == 302
    )
    assert DiscountApproval.objects.get().in_return == "scope"


def test_a_rep_asks_before_closing_and_a_manager_decides(at, sign_in, deal):
    rep, manager = sign_in("sales_rep"), sign_in("manager")
    asking = at(f"deals/{deal.pk}/discount/")
    page = rep.get(asking).content.decode()
    assert f'data-list-price="{deal.list_amount:.2f}"' in page
    assert 'data-badge-for="net_amount"' in page
    assert rep.post(asking, {"net_amount": "990", "in_return": "scope"}).status_code == 422
    assert rep.post(asking, {"net_amount": "700", "in_return": "scope"}).status_code == 302
    asked = DiscountApproval.objects.get()
    assert (
        "Discounts waiting for approval" in manager.get(at("execute/discounts/")).content.decode()
    )
    page = at(f"deals/discounts/{asked.pk}/")
    assert "300% more volume is needed" in manager.get(page).content.decode()
    assert rep.post(page, {"decision": "approve"}).status_code == 403
    assert manager.post(page, {"decision": "send_back"}).status_code == 422
    assert manager.post(page, {"decision": "approve"}).status_code == 302
    assert manager.post(page, {"decision": "approve"}).status_code == 409
    asked.refresh_from_db()
    assert asked.status == "approved"
    for path in ("deals/discounts/", "deals/discounts/?status=approved", f"deals/{deal.pk}/"):
        assert "Approved" in rep.get(at(path)).content.decode()


def test_an_approved_price_is_the_deals_only_once_a_rep_takes_it(at, sign_in, deal, member):
    manager, rep = member("manager"), sign_in("sales_rep")
    before, page = deal.net_amount, at(f"deals/{deal.pk}/")
    asked = approvals.ask_approval(
        deal=deal, net_amount=Decimal(800), in_return="scope", by=member("sales_rep")
    )
    use = at(f"deals/discounts/{asked.pk}/use/")
    rep.post(use)
    deal.refresh_from_db()
    assert (deal.net_amount, "Use $800" in rep.get(page).content.decode()) == (before, False)
    approvals.approve_discount(approval=asked, by=manager)
    deal.refresh_from_db()
    assert deal.net_amount == before
    assert "Use $800 as net price" in rep.get(page).content.decode()
    assert "Approved down to $800" in rep.get(f"{page}outcome/").content.decode()
    assert sign_in("viewer").post(use).status_code == 403
    rep.post(use)
    deal.refresh_from_db()
    assert deal.net_amount == 800
    assert "approved down to" not in rep.get(page).content.decode()
    Deal.objects.update(net_amount=900, list_amount=1200)
    with pytest.raises(PriceNotOffered):
        take_approved_price(approval=asked, by=manager)


def test_the_api_asks_and_decides(workspace, sign_in, deal):
    rep, manager = sign_in("sales_rep"), sign_in("manager")
    head = {"HTTP_IPEO_WORKSPACE": workspace.slug, "content_type": "application/json"}
    asked = rep.post(
        "/api/v1/discount-approvals/",
        {"deal": deal.pk, "net_amount": "800", "in_return": "prepayment"},
        **head,
    )
    assert (asked.status_code, asked.json()["break_even_uplift"]) == (201, "1.000000")
    at = f"/api/v1/discount-approvals/{asked.json()['id']}/"
    assert manager.post(f"{at}send_back/", {}, **head).status_code == 400
    assert manager.post(f"{at}approve/", {}, **head).json()["status"] == "approved"
    assert manager.post(f"{at}approve/", {}, **head).status_code == 409
    assert rep.post(f"{at}use/", {}, **head).json()["net_amount"] == "800.00"
    assert rep.post(f"{at}use/", {}, **head).status_code == 409
