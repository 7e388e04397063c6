"""What the demonstration's people asked buyers: a price study, three waves, an interview, cards."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from insight.actions.battlecards import save_card
from insight.actions.evidence import keep_study
from insight.actions.findings import save_finding
from insight.actions.research import load_answers, save_study, save_wave
from insight.models import Competitor, Finding, MindsetWave, Product, Study
from ipeo.models import Membership

ASKED = 240
WAVES = (
    ("Last winter", 400, 380, 108, 41, 17),
    ("Spring", 215, 410, 131, 57, 25),
    ("Last month", 30, 402, 149, 69, 33),
)
INTERVIEW = {
    "outcome": "lost",
    "drivers": "Price; Payback not proven",
    "account": "Cedar Clinic",
    "words": "We liked the desk. Nobody could show our finance people when it pays for itself.",
}


def keep_research(
    *, product: Product, rivals: list[Competitor], by: Membership, today: date
) -> None:
    """Save what was asked, what it said, and what sales answers to each rival."""
    _prices(product, by, today)
    _tracking(by, today)
    _interviews(by, today)
    _cards(rivals, by)
    save_study(
        study=Study(
            title="Talk with three facilities managers",
            body="All three bought cheap desks before, and bought them again within four years. "
            "Two keep a list of repairs and would lay it beside an offer.",
            source="Mara, at the trade fair",
            tags=["repairs", "payback"],
            held_on=today - timedelta(days=120),
        ),
        by=by,
    )


def _prices(product: Product, by: Membership, today: date) -> None:
    study = save_study(
        study=Study(
            kind=Study.Kind.PRICE,
            title=f"What {product.name} may cost",
            body="Asked of facilities managers who bought desks within three years.",
            source="Panel of facilities managers, online",
            tags=["price"],
            held_on=today - timedelta(days=75),
            product=product,
        ),
        by=by,
    )
    middle = float(product.list_price or 600)
    random = np.random.default_rng(7)
    bargain = random.normal(0.86, 0.1, ASKED) * middle
    gaps = np.exp(random.normal(-1.9, 0.35, (ASKED, 3))) * middle
    cells = np.column_stack(
        [bargain - gaps[:, 0], bargain, bargain + gaps[:, 1], bargain + gaps[:, 1] + gaps[:, 2]]
    )
    rounded = (np.maximum(cells, 20) / 10).round() * 10
    keys = ("too_cheap", "bargain", "expensive", "too_expensive")
    columns = {key: rounded[:, place].tolist() for place, key in enumerate(keys)}
    columns["likely_bargain"] = random.choice([3, 4, 4, 5], ASKED).tolist()
    columns["likely_expensive"] = random.choice([1, 2, 2, 3], ASKED).tolist()
    load_answers(study=study, columns=columns, rows=ASKED)
    finding = save_finding(
        finding=Finding(
            statement=f"{product.name} may cost its list price: few call it out of the question",
            confidence=Finding.Confidence.MEDIUM,
            expires_on=today + timedelta(days=200),
        ),
        by=by,
    )
    keep_study(finding=finding, study=study, by=by)


def _tracking(by: Membership, today: date) -> None:
    study = save_study(
        study=Study(
            kind=Study.Kind.BRAND,
            title="Who knows us, considers us, prefers us",
            source="Omnibus survey of facilities managers",
            tags=["brand"],
            held_on=today - timedelta(days=30),
        ),
        by=by,
    )
    for name, days, asked, aware, considering, preferring in WAVES:
        save_wave(
            wave=MindsetWave(
                study=study,
                name=name,
                held_on=today - timedelta(days=days),
                asked=asked,
                aware=aware,
                considering=considering,
                preferring=preferring,
            )
        )


def _interviews(by: Membership, today: date) -> None:
    study = save_study(
        study=Study(
            kind=Study.Kind.INTERVIEWS,
            title="Why they bought, and why not",
            source="Calls a month after the decision",
            tags=["payback"],
            held_on=today - timedelta(days=20),
        ),
        by=by,
    )
    load_answers(study=study, columns={key: [cell] for key, cell in INTERVIEW.items()}, rows=1)


def _cards(rivals: list[Competitor], by: Membership) -> None:
    cutter, other = rivals
    save_card(
        competitor=cutter,
        their_claim="The same desk for an eighth less.",
        our_answer="Over ten years ours costs less: it pays back in 14 months, and repairs are "
        "done in two working days.",
        proofs=["A Loop desk pays back in 14 months", "Repairs within two working days"],
        traps=["Who repairs it in year three?", "What did the last cheap desks cost in all?"],
        by=by,
    )
    save_card(
        competitor=other,
        their_claim="Architects choose us.",
        our_answer="Facilities managers keep us: a change of layout takes a morning, not a month.",
        proofs=["Half the sick days for backs"],
        traps=["What does it cost to move a wall of benches?"],
        by=by,
    )
