"""The fields of each kind of row, and the names that vendors give them.

The aliases of a field stand in order of preference: where two columns of a file would do, the
earlier name is taken and the choice is said. They are compared by `normalise`.
"""

import re
import unicodedata
from dataclasses import dataclass

from execute.numerics import histories
from execute.numerics.vocabulary import ALIASES, names

KINDS = ("products", "accounts", "contacts", "deals", "touches", "expenses", "stage_history")
_ALIASES = ALIASES | {"stage_history": histories.ALIASES}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a row can say. `limit` is the most characters a text may have."""

    name: str
    label: str
    type: str = "text"  # text date datetime money number percent integer email choice bool
    required: bool = False
    aliases: tuple[str, ...] = ()
    limit: int = 250


_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PREFIX = re.compile(r"^(?:property|properties|hs) (?=.)")


def normalise(header: str) -> str:
    """A column's name for comparison: no case, accents, punctuation, brackets or camel humps."""
    text = header.strip()
    for _ in range(3):
        bare = _BRACKETS.sub(" ", text)
        if bare == text or not bare.strip():
            break
        text = bare
    if not text.isupper():
        text = _CAMEL.sub(" ", text)
    text = unicodedata.normalize("NFKD", text.replace("ß", "ss")).casefold()
    text = "".join(c if c.isalnum() else " " for c in text if not unicodedata.combining(c))
    return _PREFIX.sub("", " ".join(text.split()))


def _fields(kind: str, rows: str) -> tuple[Field, ...]:
    out = []
    for row in rows.strip().splitlines():
        name, label, type_, *rest = (cell.strip() for cell in row.split("|"))
        limit = int(rest[0]) if rest and rest[0] else 250
        out.append(
            Field(
                name=name.rstrip("*"),
                label=label,
                type=type_,
                required=name.endswith("*"),
                aliases=_ALIASES[kind].get(name.rstrip("*"), ()),
                limit=limit,
            )
        )
    return tuple(out)


FIELDS: dict[str, tuple[Field, ...]] = {
    "products": _fields(
        "products",
        """
        external_id | Id in your system   | text  | 200
        name*       | Name                | text  | 200
        family      | Product family      | text  | 120
        list_price  | List price          | money
        unit_cost   | Unit cost           | money
        currency    | Currency            | text  | 3
        """,
    ),
    "accounts": _fields(
        "accounts",
        """
        external_id    | Id in your system | text | 200
        name*          | Name              | text | 200
        industry       | Industry          | text | 120
        region         | Region            | text | 120
        country        | Country           | text | 120
        employees      | Employees         | integer
        annual_revenue | Annual revenue    | money
        website        | Website           | text | 200
        parent         | Parent account    | text | 200
        owner          | Owner             | text | 200
        """,
    ),
    "contacts": _fields(
        "contacts",
        """
        external_id | Id in your system  | text | 200
        name        | Name               | text | 200
        first_name  | First name         | text | 100
        last_name   | Last name          | text | 100
        email       | Email             | email | 254
        phone       | Phone              | text | 60
        account     | Account            | text | 200
        title       | Job title          | text | 120
        source      | Lead source        | text | 120
        lead_date   | First contact date | date
        owner       | Owner              | text | 200
        consent     | Consent to e-mail  | bool
        """,
    ),
    "deals": _fields(
        "deals",
        """
        external_id      | Id in your system     | text | 200
        name             | Name                  | text | 250
        account          | Account               | text | 200
        contact          | Contact               | text | 200
        owner            | Owner                 | text | 200
        product          | Product               | text | 200
        quantity         | Quantity              | number
        stage            | Stage                 | choice | 80
        outcome          | Outcome               | choice | 80
        closed           | Is closed             | bool
        created_date     | Created               | date
        close_date       | Close date            | date
        list_amount      | List amount           | money
        net_amount       | Net amount            | money
        discount_percent | Discount              | percent
        cost_amount      | Cost                  | money
        currency         | Currency              | text | 3
        driver           | What decided it       | text | 80
        competitor       | Competitor            | text | 120
        """,
    ),
    "touches": _fields(
        "touches",
        """
        external_id  | Id in your system | text | 200
        contact      | Contact           | text | 254
        account      | Account           | text | 200
        channel*     | Channel           | text | 120
        program      | Program           | text | 200
        campaign     | Campaign          | text | 200
        kind         | Kind of touch     | choice | 80
        occurred_at* | When              | datetime
        """,
    ),
    "expenses": _fields(
        "expenses",
        """
        external_id | Id in your system | text | 200
        date*       | Date              | date
        end_date    | Last day          | date
        channel     | Channel           | text | 120
        program     | Program           | text | 200
        campaign    | Campaign          | text | 200
        description | Description       | text | 300
        amount*     | Amount            | money
        currency    | Currency          | text | 3
        state       | State             | choice | 40
        impressions | Impressions       | integer
        clicks      | Clicks            | integer
        """,
    ),
    "stage_history": _fields(
        "stage_history",
        """
        deal*       | Deal              | text | 250
        stage*      | Stage             | choice | 80
        entered_at* | When it came there | datetime
        from_stage  | Stage before      | choice | 80
        property    | Changed field     | text | 80
        """,
    ),
}

INDEX: dict[str, dict[str, tuple[str, int]]] = {
    kind: {
        normalise(alias): (field.name, rank)
        for field in fields
        for rank, alias in reversed(list(enumerate(field.aliases)))
    }
    for kind, fields in FIELDS.items()
}
KNOWN: frozenset[str] = frozenset(alias for index in INDEX.values() for alias in index)


def field(kind: str, name: str) -> Field:
    """The field of a kind by its name. Raises KeyError where there is none."""
    for found in FIELDS[kind]:
        if found.name == name:
            return found
    raise KeyError(f"{kind} have no field {name!r}")


# A column of one of these names says that a person does NOT want mail
REFUSING_CONSENT = frozenset(
    names(
        "do not email, email opt out, has opted out of email, opt out, unsubscribed, unsubscribed "
        "from all email"
    )
)
# A date column of one of these names opens a period, which an end date closes
PERIOD_STARTS = frozenset(
    names(
        "reporting starts, start date, campaign start date, period start, date start, from, datum "
        "von, berichtsstart, startdatum, inicio del informe, fecha de inicio, date de debut, "
        "debut des rapports, debut, inicio dos relatorios, data de inicio, data di inizio, inizio "
        "del report, inizio report, rapportage start"
    )
)
# A close date of one of these names says of itself that the deal was won
WON_DATES = frozenset(names("won date, date won, won time"))
# Kept beside the row under a shorter name
ATTRIBUTES = {"landing page id": "landing_page", "landing page url": "landing_page"}
