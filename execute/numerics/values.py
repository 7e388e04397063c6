"""The words that fill a choice: stages, outcomes, kinds of touch, and names that mean the same."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from execute.numerics.fields import normalise

OPEN, WON, LOST, NO_DECISION = "open", "won", "lost", "no_decision"


def _words(text: str) -> list[str]:
    return [" ".join(w.split()) for w in text.split(",")]


STAGES: dict[str, str] = {
    normalise(word): outcome
    for outcome, words in {
        WON: (
            "won, closed won, closedwon, win, gewonnen, abgeschlossen gewonnen, geschlossen "
            "gewonnen, ganado, cerrado ganado, ganada, cerrada ganada, gagné, gagnée, fermé "
            "gagné, conclu, clôturé gagné, ganho, fechado ganho, ganha, negócio fechado, vinto, "
            "vinta, chiuso vinto, chiusa vinta, gesloten gewonnen, successful, erfolgreich, "
            "signed, contract signed, order received, purchase, purchased, customer"
        ),
        LOST: (
            "lost, closed lost, closedlost, loss, lose, closed lost to competition, closed lost "
            "to competitor, verloren, abgeschlossen verloren, geschlossen verloren, perdido, "
            "cerrado perdido, perdida, cerrada perdida, perdu, perdue, fermé perdu, clôturé "
            "perdu, fechado perdido, perso, persa, chiuso perso, chiusa persa, gesloten verloren, "
            "rejected, declined, abgelehnt, unsuccessful"
        ),
        NO_DECISION: (
            "no decision, closed no decision, nodecision, no outcome, cancelled, canceled, "
            "abandoned, stalled out, keine entscheidung, sin decisión, sans décision, sem "
            "decisão, nessuna decisione, geen beslissing, closed cancelled, disqualified, no "
            "response, abandonné, abandonado, abbandonato, geannuleerd, storniert"
        ),
        OPEN: (
            "open, new, engaging, prospecting, prospect, qualification, qualified, discovery, "
            "needs analysis, value proposition, id decision makers, identify decision makers, "
            "perception analysis, proposal, proposal price quote, proposal quote, proposition, "
            "quote, quoted, negotiation, negotiation review, negotiating, in progress, "
            "appointment scheduled, appointmentscheduled, qualifiedtobuy, qualified to buy, "
            "presentationscheduled, presentation scheduled, decisionmakerboughtin, decision maker "
            "bought in, contractsent, contract sent, contact made, contacted, demo scheduled, "
            "demo, proposal made, negotiations started, lead in, lead, opportunity, meeting, "
            "pilot, evaluation, verbal agreement, on hold, offen, neu, qualifizierung, "
            "qualifiziert, angebot, verhandlung, in bearbeitung, abierto, abierta, nuevo, "
            "cualificación, calificación, propuesta, negociación, en curso, ouvert, ouverte, "
            "nouveau, proposition commerciale, négociation, en cours, aberto, aberta, novo, "
            "qualificação, proposta, negociação, em andamento, aperto, aperta, nuovo, qualifica, "
            "negoziazione, trattativa in corso, nieuw, kwalificatie, offerte, voorstel, "
            "onderhandeling, pending, commit, best case, pipeline, active, working"
        ),
    }.items()
    for word in _words(words)
}
STATUSES = {**STAGES, "true": WON, "yes": WON, "1": WON, "converted": WON}

# Each kind of touch, and how far it shows a mind to have moved: 1 aware, 2 considering,
# 3 second look
TOUCH_KINDS: dict[str, int] = {
    "impression": 1,
    "sent": 1,
    "open": 1,
    "click": 2,
    "visit": 2,
    "form": 3,
    "event": 2,
    "reply": 3,
    "lead": 2,
    "call": 2,
    "meeting": 3,
    "other": 1,
}
LEVELS = {1: "aware", 2: "considering", 3: "second look"}
TOUCH_WORDS: dict[str, str] = {
    normalise(word): kind
    for kind, words in {
        "impression": (
            "impression, impressions, view, ad view, viewed, ad impression, video view, display"
        ),
        "sent": "sent, email sent, mail sent, delivered, send, mailed, email delivered, sms sent",
        "open": "open, opened, email opened, email open, mail opened",
        "click": (
            "click, clicked, email link clicked, email click, ad click, link click, clicks, "
            "clicked link"
        ),
        "visit": (
            "visit, visited, page view, pageview, page visited, page visited on website, session, "
            "session start, web visit, website visit, view item, first visit"
        ),
        "form": (
            "form, form submitted, form submission, form submitted on website, submission, form "
            "fill, download, downloaded, demo request, request demo, signup, sign up, registered, "
            "contact form, olark chat conversation, chat, form submit, generate lead, webinar "
            "registration, quote request"
        ),
        "event": (
            "event, attended, webinar, webinar attended, trade show, conference, workshop, seminar"
        ),
        "reply": (
            "reply, replied, responded, response, email reply, email replied, email received, "
            "answered"
        ),
        "lead": "lead, lead source, converted to lead, new lead, lead created, mql",
        "call": (
            "call, called, phone call, had a phone conversation, phone, telephone call, anruf"
        ),
        "meeting": (
            "meeting, met, visit by rep, demo, demo held, appointment, on site visit, meeting "
            "held, termin, presentation"
        ),
        "other": "other, note, task, todo, unknown",
    }.items()
    for word in _words(words)
}
EXPENSE_STATES: dict[str, str] = {
    normalise(word): state
    for state, words in {
        "planned": (
            "planned, plan, budget, budgeted, forecast, draft, proposed, geplant, planificado, "
            "prévu, planejado, pianificato, gepland"
        ),
        "committed": (
            "committed, ordered, approved, open, po, purchase order, unpaid, pending, contracted, "
            "beauftragt, bestellt, comprometido, engagé, impegnato, vastgelegd"
        ),
        "actual": (
            "actual, paid, spent, invoiced, billed, posted, booked, settled, ist, bezahlt, "
            "gebucht, real, pagado, gastado, réel, payé, realizado, pago, effettivo, pagato, "
            "werkelijk, betaald"
        ),
    }.items()
    for word in _words(words)
}


def stage_outcome(stage: str) -> str | None:
    """What a stage's name says of the outcome: open, won, lost, no_decision; None if not known."""
    name = normalise(stage)
    if name in STAGES:
        return STAGES[name]
    # numbered stages: '06 closed won', '3. Proposal', 'Stage 2 - Discovery'
    bare = re.sub(r"^(?:stage |phase |etapa )?\d{1,2}[a-z]? ", "", name)
    if bare in STAGES:
        return STAGES[bare]
    for closed in ("closed won", "closed lost", "closed no decision"):
        if bare.startswith(closed + " ") or bare.endswith(" " + closed):
            return STAGES[closed]
    return None


def bare_stage(stage: str) -> str:
    """A stage's name without the pipeline that some vendors put behind it in brackets."""
    bare = re.sub(r"\s*\([^()]*pipeline[^()]*\)\s*$", "", stage, flags=re.IGNORECASE)
    return bare or stage


def outcome_word(text: str) -> str | None:
    """What a status or a yes in a 'won' column says of the outcome; None if not known."""
    return STATUSES.get(normalise(text)) or stage_outcome(text)


def touch_kind(text: str) -> str | None:
    """The kind of touch that a vendor's word names; None if it is not known."""
    name = normalise(text)
    return TOUCH_WORDS.get(name) or (name if name in TOUCH_KINDS else None)


def expense_state(text: str) -> str | None:
    """planned, committed or actual; None if the word is not known."""
    return EXPENSE_STATES.get(normalise(text))


def same(name: str) -> str:
    """A name for comparison: no case, accents, or differences of space."""
    text = unicodedata.normalize("NFKD", name.replace("ß", "ss")).casefold()
    return " ".join("".join(c for c in text if not unicodedata.combining(c)).split())


def squashed(name: str) -> str:
    """A name for the widest safe comparison: no spaces and no punctuation either."""
    folded = same(name)
    return "".join(c for c in folded if c.isalnum()) or folded


def variants(counts: Counter[str]) -> dict[str, str]:
    """Spellings that differ only in case, accents or space, each to the commonest of them.

    'google' (5) and 'Google' (2,868) give {'google': 'Google'}. Spellings alone are not listed.
    """
    groups: dict[str, list[str]] = {}
    for name in counts:
        groups.setdefault(same(name), []).append(name)
    out = {}
    for names in groups.values():
        if len(names) > 1:
            first = max(names, key=lambda n: (counts[n], n))
            out.update({n: first for n in names if n != first})
    return out


@dataclass(frozen=True, slots=True)
class Match:
    """A known name that another is taken for: 'exact', 'spelling' (case, accents, spaces,
    punctuation), or 'similar' (a letter or two apart, which wants asking)."""

    name: str
    how: str


class Names:
    """Known names, made ready to be compared with many others."""

    def __init__(self, known: Iterable[str]) -> None:
        self._exact: set[str] = set()
        self._squashed: dict[str, list[str]] = {}
        for name in known:
            if name not in self._exact:
                self._exact.add(name)
                self._squashed.setdefault(squashed(name), []).append(name)
        self._by_length: dict[int, list[str]] = {}
        for key in self._squashed:
            self._by_length.setdefault(len(key), []).append(key)

    def closest(self, name: str) -> Match | None:
        """The one known name that this one means; None where none or several would work."""
        if name in self._exact:
            return Match(name, "exact")
        key = squashed(name)
        if found := self._squashed.get(key):
            if len(found) == 1:
                return Match(found[0], "spelling")
            alike = [f for f in found if same(f) == same(name)]
            return Match(alike[0], "spelling") if len(alike) == 1 else None
        allowed = 2 if len(key) >= 9 else 1 if len(key) >= 5 else 0
        if not allowed:
            return None
        best: list[str] = []
        least = allowed + 1
        digits = [c for c in key if c.isdigit()]
        for length in range(len(key) - allowed, len(key) + allowed + 1):
            for other in self._by_length.get(length, ()):
                if [c for c in other if c.isdigit()] != digits:
                    continue  # 'GTX 2' is never a misspelt 'GTX 3'
                distance = edits(key, other, min(least, allowed))
                if distance < least:
                    best, least = [other], distance
                elif distance == least and distance <= allowed:
                    best.append(other)
        if len(best) != 1 or len(self._squashed[best[0]]) != 1:
            return None
        return Match(self._squashed[best[0]][0], "similar")


def closest(name: str, known: Iterable[str]) -> Match | None:
    """The one known name that this one means; see Names.closest. For many, keep a Names."""
    return Names(known).closest(name)


def edits(a: str, b: str, most: int) -> int:
    """Letters to insert, drop, change or swap with a neighbour to make one text the other.

    Optimal string alignment distance; anything beyond `most` is given as `most + 1`.
    """
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, ca in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, cb in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (ca != cb))
            if older and j > 1 and ca == b[j - 2] and a[i - 2] == cb:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most and min(before) > most:  # a swap reaches back two rows
            return most + 1
    return min(row[-1], most + 1)
