"""The simulated facts, loaded in bulk: accounts, people, touches, deals and spend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from demo import names, truth
from demo.simulation import LOST_DRIVERS, WON_DRIVERS, Company
from execute.models import DealStage, Driver, Material
from insight.models import Channel, Competitor, Product
from ipeo.database import bulk
from ipeo.database.statistics import refresh_statistics
from ipeo.models import Membership, Workspace
from plan.models import Program


@dataclass(frozen=True)
class Cast:
    """The rows that facts refer to, in the order in which the truth names them."""

    workspace: Workspace
    reps: list[Membership]
    channels: dict[str, Channel]
    products: list[Product]
    programs: list[Program]
    rivals: list[Competitor]
    stages: dict[str, DealStage]
    drivers: dict[str, Driver]
    materials: list[Material]


def load_facts(*, company: Company, cast: Cast) -> dict[str, int]:
    """Load everything that happened, unaudited row by row; return the counts by kind.

    Runs inside the caller's transaction.
    """
    with bulk.unaudited():
        accounts = _accounts(company, cast)
        contacts = _contacts(company, cast, accounts)
        counts = {
            "accounts": len(accounts),
            "contacts": len(contacts),
            "touches": _touches(company, cast, accounts, contacts),
            "deals": _deals(company, cast, accounts, contacts),
            "expenses": _expenses(company, cast),
        }
    refresh_statistics(
        "insight_account",
        "insight_contact",
        "execute_touch",
        "execute_deal",
        "execute_dealline",
        "execute_dealstagechange",
        "execute_dealdriver",
        "execute_dealmaterial",
        "execute_expense",
    )
    return counts


def _start(company: Company) -> pd.Timestamp:
    day = company.first_day
    return pd.Timestamp(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _dates(company: Company, days: np.ndarray) -> pd.Series:
    first = pd.Timestamp(company.first_day)
    dates = pd.Series(first + pd.to_timedelta(days, unit="D"))
    return dates.dt.strftime("%Y-%m-%d").where(pd.Series(days) >= 0)


def _accounts(company: Company, cast: Cast) -> np.ndarray:
    ids = np.array(bulk.next_ids("insight_account", company.accounts))
    frame = pd.DataFrame(
        {
            "id": ids,
            "name": names.accounts(company.accounts),
            "industry": np.array(names.INDUSTRIES)[company.industry],
            "region": np.array(names.REGIONS)[company.region],
            "employees": company.employees,
            "import_key": [f"northwind-{number}" for number in range(company.accounts)],
        }
    )
    fixed = {"country": "United States", "website": "", "parent_name": "", "attributes": "{}"}
    fixed["created_at"] = _start(company).isoformat()
    bulk.insert("insight_account", cast.workspace.pk, frame, fixed)
    return ids


def _contacts(company: Company, cast: Cast, accounts: np.ndarray) -> np.ndarray:
    count = company.contacts
    ids = np.array(bulk.next_ids("insight_contact", count))
    touches = company.touches
    # A person became a lead with the first touch that said something back.
    answered = np.flatnonzero((touches.level == 3) & (touches.program >= 0))
    order = answered[np.argsort(touches.seconds[answered], kind="stable")]
    first = pd.DataFrame({"contact": touches.contact[order], "touch": order}).drop_duplicates(
        "contact"
    )
    lead_day = np.full(count, -1)
    lead_day[first["contact"]] = touches.seconds[first["touch"]] // 86_400
    source = np.full(count, "", dtype=object)
    channel = np.array([program.channel for program in truth.PROGRAMS])
    source[first["contact"]] = channel[touches.program[first["touch"]]]
    people = names.people(count)
    frame = pd.DataFrame(
        {
            "id": ids,
            "name": people,
            "email": [
                f"{name.lower().replace(' ', '.')}.{number}@buyer.test"
                for number, name in enumerate(people)
            ],
            "title": np.array(names.TITLES)[np.arange(count) % len(names.TITLES)],
            "account_id": accounts[company.account_of_contact],
            "source": source,
            "lead_date": _dates(company, lead_day),
            "import_key": [f"northwind-{number}" for number in range(count)],
        }
    )
    fixed = {"phone": "", "consent": "given", "attributes": "{}"}
    fixed["created_at"] = _start(company).isoformat()
    bulk.insert("insight_contact", cast.workspace.pk, frame, fixed)
    return ids


def _touches(company: Company, cast: Cast, accounts: np.ndarray, contacts: np.ndarray) -> int:
    touches = company.touches
    program_ids = np.array([program.pk for program in cast.programs])
    channel_ids = np.array([program.channel_id for program in cast.programs])
    sales = touches.program < 0
    when = _start(company) + pd.to_timedelta(touches.seconds, unit="s")
    frame = pd.DataFrame(
        {
            "contact_id": contacts[touches.contact],
            "account_id": accounts[company.account_of_contact[touches.contact]],
            "channel_id": np.where(
                sales, cast.channels["Sales outreach"].pk, channel_ids[touches.program]
            ),
            "program_id": pd.array(
                np.where(sales, -1, program_ids[touches.program]), dtype="Int64"
            ),
            "kind": touches.kind,
            "level": touches.level,
            "occurred_at": when.astype("datetime64[s, UTC]").astype(str),
            "import_key": [f"northwind-{number}" for number in range(len(sales))],
        }
    )
    frame["program_id"] = frame["program_id"].mask(sales)
    return bulk.insert("execute_touch", cast.workspace.pk, frame)


def _deals(company: Company, cast: Cast, accounts: np.ndarray, contacts: np.ndarray) -> int:
    deals = company.deals
    count = len(deals.contact)
    ids = np.array(bulk.next_ids("execute_deal", count))
    price = np.array([product.list_price for product in truth.PRODUCTS]) * 100
    cost = np.array([product.unit_cost for product in truth.PRODUCTS]) * 100
    lists = [
        price[product] * quantity
        for product, quantity in (
            (deals.product, deals.quantity),
            (deals.extra, deals.extra_quantity),
        )
    ]
    nets = [np.rint(cents * (1 - deals.discount)).astype(np.int64) for cents in lists]
    costs = [cost[deals.product] * deals.quantity, cost[deals.extra] * deals.extra_quantity]
    closed = deals.outcome != "open"
    product_names = np.array([product.name for product in truth.PRODUCTS], dtype=object)
    account = company.account_of_contact[deals.contact]
    frame = pd.DataFrame(
        {
            "id": ids,
            "name": product_names[deals.product] + " × " + deals.quantity.astype(str),
            "account_id": accounts[account],
            "contact_id": contacts[deals.contact],
            "owner_id": np.array([rep.pk for rep in cast.reps])[deals.rep],
            "product_id": np.array([product.pk for product in cast.products])[deals.product],
            "program_id": np.array([program.pk for program in cast.programs])[deals.program],
            "quantity": deals.quantity,
            "stage_id": _stages(company, cast),
            "outcome": deals.outcome,
            "created_date": _dates(company, deals.created),
            "expected_close_date": _dates(company, deals.due),
            "closed_date": _dates(company, np.where(closed, deals.due, -1)),
            "list_amount": _money(lists[0] + lists[1]),
            "net_amount": _money(nets[0] + nets[1]),
            "cost_amount": _money(costs[0] + costs[1]),
            "competitor_id": pd.array(
                np.array([-1, *(rival.pk for rival in cast.rivals)])[deals.rival + 1], dtype="Int64"
            ),
            "import_key": [f"northwind-{number}" for number in range(count)],
            "updated_at": _dates(company, np.minimum(deals.due, _days(company))),
        }
    )
    frame["competitor_id"] = frame["competitor_id"].mask(deals.rival < 0)
    bulk.insert(
        "execute_deal",
        cast.workspace.pk,
        frame,
        {"outcome_note": "", "version": 1, "attributes": "{}"},
    )
    _lines(company, cast, ids, (lists, nets, costs))
    _stage_changes(company, cast, ids)
    _reasons(company, cast, ids)
    return count


def _lines(
    company: Company,
    cast: Cast,
    ids: np.ndarray,
    money: tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]],
) -> None:
    """The two products of the deals that sell two."""
    deals = company.deals
    two = deals.extra >= 0
    products = np.array([product.pk for product in cast.products])
    sold = ((deals.product, deals.quantity), (deals.extra, deals.extra_quantity))
    for place, (product, quantity) in enumerate(sold):
        lists, nets, costs = (amounts[place][two] for amounts in money)
        frame = pd.DataFrame(
            {
                "deal_id": ids[two],
                "product_id": products[product[two]],
                "quantity": quantity[two],
                "list_amount": _money(lists),
                "net_amount": _money(nets),
                "cost_amount": _money(costs),
            }
        )
        bulk.insert("execute_dealline", cast.workspace.pk, frame, {"position": place + 1})


def _days(company: Company) -> int:
    return (company.today - company.first_day).days


def _money(cents: np.ndarray) -> list[str]:
    return [f"{value // 100}.{value % 100:02d}" for value in cents.tolist()]


def _stages(company: Company, cast: Cast) -> np.ndarray:
    """An open deal stands further on the nearer its date is."""
    deals, today = company.deals, _days(company)
    gone = (today - deals.created) / np.maximum(deals.due - deals.created, 1)
    opened = np.select(
        [gone < 0.25, gone < 0.55, gone < 0.85],
        [cast.stages[name].pk for name in ("Qualified", "Opportunity", "Proposal")],
        cast.stages["Negotiation"].pk,
    )
    ended = {"won": "Won", "lost": "Lost", "no_decision": "No decision"}
    for outcome, name in ended.items():
        opened = np.where(deals.outcome == outcome, cast.stages[name].pk, opened)
    return opened


def _stage_changes(company: Company, cast: Cast, ids: np.ndarray) -> None:
    deals, today = company.deals, _days(company)
    length = np.maximum(deals.due - deals.created, 1)
    parts = []
    for name, share in (("Qualified", 0.0), ("Opportunity", 0.25), ("Proposal", 0.55)):
        day = deals.created + (length * share).astype(np.int64)
        reached = (day < today) & ((deals.outcome != "lost") | (share < 0.5) | (ids % 3 > 0))
        parts.append((ids[reached], np.full(reached.sum(), cast.stages[name].pk), day[reached]))
    for outcome, name in (("won", "Won"), ("lost", "Lost"), ("no_decision", "No decision")):
        mine = deals.outcome == outcome
        parts.append((ids[mine], np.full(mine.sum(), cast.stages[name].pk), deals.due[mine]))
    deal, stage, day = (np.concatenate([part[place] for part in parts]) for place in range(3))
    frame = pd.DataFrame({"deal_id": deal, "stage_id": stage, "entered_at": _dates(company, day)})
    bulk.insert("execute_dealstagechange", cast.workspace.pk, frame)


def _reasons(company: Company, cast: Cast, ids: np.ndarray) -> None:
    deals = company.deals
    won, lost = deals.outcome == "won", np.isin(deals.outcome, ("lost", "no_decision"))
    frames = [
        pd.DataFrame(
            {"deal_id": ids[mine], "driver_id": _driver_ids(cast, words)[deals.driver[mine]]}
        )
        for mine, words in ((won, WON_DRIVERS), (lost, LOST_DRIVERS))
    ]
    bulk.insert("execute_dealdriver", cast.workspace.pk, pd.concat(frames), {"rank": 1})
    helped = deals.helped >= 0
    material_ids = np.array([material.pk for material in cast.materials])
    frame = pd.DataFrame(
        {"deal_id": ids[helped], "material_id": material_ids[deals.helped[helped]]}
    )
    bulk.insert("execute_dealmaterial", cast.workspace.pk, frame)


def _driver_ids(cast: Cast, words: tuple[str, ...]) -> np.ndarray:
    return np.array([cast.drivers[word].pk for word in words])


def _expenses(company: Company, cast: Cast) -> int:
    spend = company.spend
    frame = pd.DataFrame(
        {
            "date": _dates(company, spend.day),
            "channel_id": np.array([program.channel_id for program in cast.programs])[
                spend.program
            ],
            "program_id": np.array([program.pk for program in cast.programs])[spend.program],
            "amount": _money(spend.cents),
            "import_key": [f"northwind-{number}" for number in range(len(spend.day))],
        }
    )
    count = bulk.insert(
        "execute_expense",
        cast.workspace.pk,
        frame,
        {"state": "actual", "description": "Weekly bill"},
    )
    return count + _commitments(company, cast)


def _commitments(company: Company, cast: Cast) -> int:
    """What is ordered for the next four weeks and not yet paid."""
    rows = [
        (
            index,
            (company.today + timedelta(days=7 * week)).isoformat(),
            program.monthly[2] * 12 / 52,
        )
        for index, program in enumerate(truth.PROGRAMS)
        for week in range(1, 4)
    ]
    index = np.array([row[0] for row in rows])
    frame = pd.DataFrame(
        {
            "date": [row[1] for row in rows],
            "channel_id": np.array([program.channel_id for program in cast.programs])[index],
            "program_id": np.array([program.pk for program in cast.programs])[index],
            "amount": [f"{row[2]:.2f}" for row in rows],
        }
    )
    return bulk.insert(
        "execute_expense",
        cast.workspace.pk,
        frame,
        {"state": "committed", "description": "Ordered"},
    )
