"""Which row of the workspace a name in a file means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import connection

from execute.numerics.doubts import Doubt, Option, shown
from execute.numerics.identities import identities
from execute.numerics.values import Names
from insight.models import Product
from ipeo import tenancy

NEW = "new"


def account_key(name: str) -> str:
    """Return the import key of an account that is known by its name alone."""
    key = identities("accounts", {"name": [name]}, 1)[0]
    assert key is not None
    return key


def accounts_named(names: Iterable[str]) -> dict[str, int]:
    """Return the account each text means: its id in the file's system, else its name."""
    return _found("insight_account", {name: (name, account_key(name)) for name in names}, ("name",))


def contacts_named(names: Iterable[str]) -> dict[str, int]:
    """Return the person each text means: id in the file's system, else e-mail, else name.

    A name that several people bear means nobody.
    """
    return _found("insight_contact", {name: (name,) for name in names}, ("email", "name"))


def deals_named(names: Iterable[str]) -> dict[str, int]:
    """Return the deal each text means: its id in the file's system, else its name.

    A name that several deals bear means none.
    """
    return _found("execute_deal", {name: (name,) for name in names}, ("name",))


def _found(table: str, keys: Mapping[str, tuple[str, ...]], by: tuple[str, ...]) -> dict[str, int]:
    if not keys:
        return {}
    found: dict[str, int] = {}
    workspace_id = tenancy.current_workspace_id()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT import_key, id FROM {table}"  # noqa: S608 - names of ours
            " WHERE workspace_id = %s AND import_key = ANY(%s)",
            [workspace_id, [key for some in keys.values() for key in some]],
        )
        by_key = dict(cursor.fetchall())
        for name, some in keys.items():
            known = next((by_key[key] for key in some if key in by_key), None)
            if known is not None:
                found[name] = known
        for column in by:
            rest = {name.lower(): name for name in keys if name not in found}
            if not rest:
                break
            cursor.execute(
                f"SELECT lower({column}), min(id), count(*) FROM {table}"  # noqa: S608 - names of ours
                f" WHERE workspace_id = %s AND lower({column}) = ANY(%s) GROUP BY 1",
                [workspace_id, list(rest)],
            )
            lowered = {
                text: pk
                for text, pk, count in cursor.fetchall()
                if count == 1 or table == "insight_account"
            }
            for name in keys:
                if name not in found and name.lower() in lowered:
                    found[name] = lowered[name.lower()]
    return found


@dataclass(frozen=True)
class ProductMatches:
    """The product each name means; `doubts` asks where a spelling was taken for another."""

    found: dict[str, Product]
    missing: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = field(default=())


def products_named(names: Iterable[str], answers: Mapping[str, str]) -> ProductMatches:
    """Match the names in a file with the workspace's products.

    Another spelling (spaces, case, punctuation) is taken for the product and said; a name that
    is merely similar is asked, and counts as a new product until somebody answers.
    """
    products = {product.name: product for product in Product.objects.all()}
    keyed = {product.import_key: product for product in products.values() if product.import_key}
    known = Names(products)
    found: dict[str, Product] = {}
    missing: list[str] = []
    doubts: list[Doubt] = []
    for name in dict.fromkeys(names):
        if name in keyed or name in products:
            found[name] = keyed.get(name) or products[name]
            continue
        match = known.closest(name)
        if match is None:
            missing.append(name)
            continue
        if match.how == "exact":
            found[name] = products[match.name]
            continue
        key = f"product.{name}"
        usual = match.name if match.how == "spelling" else NEW
        answer = answers.get(key, usual)
        answer = answer if answer in products else NEW
        doubts.append(
            Doubt(
                key=key,
                question=f"The file says {shown(name)}, your products have {shown(match.name)}. "
                "Are they the same?",
                options=(
                    Option(match.name, f"Yes, it is {match.name}"),
                    Option(NEW, "No, it is a different product"),
                ),
                answer=answer,
            )
        )
        if answer == NEW:
            missing.append(name)
        else:
            found[name] = products[answer]
    return ProductMatches(found, tuple(missing), tuple(doubts))
