"""How open a subject is, dimension by dimension, from what the archive holds. What it does not know stays unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from explorer.card_evidence import CardEvidence
from licenses.bundle import DocumentRead, bound_clauses, for_weights
from licenses.catalogue import entry
from licenses.openness import Type, openness, rules_out_open_source

State = Literal["open", "partial", "closed", "unknown"]

# key, heading, and how it is judged, for the reader.
DIMENSIONS = (
    ("weights", "Weights", "Open: files of weights in the repository. Partial: behind a form. Closed: none, or gone."),
    (
        "license", "License",
        "Open: the texts found are an open-source license, and nothing in them rules that out. Partial: something does."
        " Closed: terms of a service, which license no model. A tag alone proves nothing.",
    ),
    (
        "data", "Data",
        "Open: every data set that the card names is watched and open to everybody. Partial: some are named, or"
        " the data is described. Closed: the card says that it is not disclosed.",
    ),
    ("code", "Training code", "Open: the card links code of the training. Partial: it links code."),
    ("architecture", "Architecture", "Open: the card has a part on it. Partial: it names the kind."),
    ("card", "Model card", "Open: prose under headings. Partial: a short one. Closed: none in the repository."),
    ("data-sheet", "Data sheet", "Open: the card links a sheet on the data. Partial: it tells of the data."),
    ("paper", "Paper", "Open: the card links a paper. Partial: it mentions one."),
    ("gate", "Gate", "Open: no form before the files. Partial: a form, granted at once. Closed: granted by hand."),
)  # fmt: skip

_GONE = ("unavailable", "disabled")


@dataclass(frozen=True, slots=True)
class Cell:
    """A state, the reason in words, and where the evidence is: a place in a text, or else the subject."""

    state: State
    reason: str
    subject: str | None = None
    text_hash: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """What the archive holds of a subject as of now. `open_datasets` are those named that all can have."""

    subject: str
    availability: str
    gated: str
    has_weights: bool | None
    files_read: bool
    claimed: str | None = None
    link: str | None = None
    documents: tuple[DocumentRead, ...] = ()
    card_hash: str | None = None
    card: CardEvidence | None = None
    open_datasets: frozenset[str] = frozenset()

    @property
    def is_gone(self) -> bool:
        """Whether it is not to be had any more."""
        return self.availability in _GONE


def cells(facts: SubjectFacts) -> dict[str, Cell]:
    """One cell a dimension."""
    if facts.subject.startswith("terms:"):
        return _of_service(facts)
    found = {
        "weights": _weights(facts),
        "license": _license(facts),
        "data": _data(facts),
        "card": _card(facts),
        "gate": _gate(facts),
        "paper": _paper(facts),
    }
    for key in ("code", "architecture", "data-sheet"):
        found[key] = _sign(facts, key)
    return {key: found[key] for key, _, _ in DIMENSIONS}


def _of_service(facts: SubjectFacts) -> dict[str, Cell]:
    """Terms are those of a service: what it runs is not to be had; of the rest they say nothing."""
    silent = Cell("unknown", "terms of a service say nothing of it", facts.subject)
    closed = Cell("closed", "a service: what it runs is not to be had", facts.subject)
    return {key: closed if key == "weights" else silent for key, _, _ in DIMENSIONS} | {"license": _license(facts)}


def _weights(facts: SubjectFacts) -> Cell:
    if facts.is_gone:
        return Cell("closed", f"the repository is {facts.availability}", facts.subject)
    if facts.has_weights is None:
        return Cell("unknown", "nobody looked for files of weights yet", facts.subject)
    if not facts.has_weights:
        return Cell("closed", "no files of weights lie in the repository", facts.subject)
    if facts.gated in ("auto", "manual"):
        return Cell("partial", f"files of weights, behind a form ({facts.gated})", facts.subject)
    return Cell("open", "files of weights lie in the repository", facts.subject)


def type_of(facts: SubjectFacts) -> Type:
    """The type by the rules of today: open-source, open, proprietary, unknown."""
    speaking = for_weights(facts.documents, link=facts.link)
    return openness(
        [document.identity for document in speaking],
        [bound.clause for bound in bound_clauses(facts.documents)],
        has_weights=False if facts.subject.startswith("terms:") else facts.has_weights,
        gated=facts.gated,
        available=not facts.is_gone,
    ).type


def _license(facts: SubjectFacts) -> Cell:
    """The license alone: as if the weights were there and no gate before them."""
    speaking = for_weights(facts.documents, link=facts.link)
    bound = bound_clauses(facts.documents)
    judged = openness(
        [document.identity for document in speaking], [one.clause for one in bound], has_weights=True, gated=False
    )
    states: dict[str, State] = {"open-source": "open", "open": "partial", "proprietary": "closed"}
    reason = "; ".join(judged.reasons[:4])
    if not speaking and facts.claimed:
        reason += f"; the card declares {facts.claimed}"
    against = set(rules_out_open_source(one.clause for one in bound))
    proof = next((one for one in bound if one.clause.clause in against), None)
    state = states.get(judged.type, "unknown")
    if facts.subject.startswith("terms:") and speaking and not any(_is_model_license(one) for one in speaking):
        state, reason = "closed", "terms of a service: they let readers use it, and license no model"
    if proof is not None:
        return Cell(state, reason, facts.subject, proof.document.text_hash, proof.clause.start, proof.clause.end)
    return Cell(state, reason, facts.subject, speaking[0].text_hash if speaking else None)


def _is_model_license(document: DocumentRead) -> bool:
    """Whether a vendor's page is a license that models come under, as Gemma's terms are."""
    known = entry(document.identity.license) if document.identity.license else None
    return known is not None and known.grant != "unknown"


def _card(facts: SubjectFacts) -> Cell:
    if facts.card is not None:
        state: State = "open" if facts.card.is_full else "partial"
        said = f"a card of {facts.card.prose:,} characters under {facts.card.headings} headings"
        return Cell(state, said, facts.subject, facts.card_hash)
    if facts.files_read and not facts.is_gone:
        return Cell("closed", "no README.md lies in the repository", facts.subject)
    return Cell("unknown", "its files were not read yet", facts.subject)


def _gate(facts: SubjectFacts) -> Cell:
    if facts.is_gone:
        return Cell("unknown", f"the repository is {facts.availability}", facts.subject)
    prompt = next((d for d in facts.documents if d.role == "gate" and d.text_hash), None)
    evidence = prompt.text_hash if prompt else None
    if facts.gated == "auto":
        return Cell("partial", "behind a form, granted at once", facts.subject, evidence)
    if facts.gated == "manual":
        return Cell("closed", "behind a form, granted by hand", facts.subject, evidence)
    if facts.gated == "false":
        return Cell("open", "open to everybody", facts.subject)
    return Cell("unknown", "not known", facts.subject)


def _data(facts: SubjectFacts) -> Cell:
    named = facts.card.datasets if facts.card else ()
    if named:
        names = ", ".join(named[:5]) + (f" and {len(named) - 5} more" if len(named) > 5 else "")
        if set(named) <= facts.open_datasets:
            return Cell("open", f"every data set named is open to everybody: {names}", facts.subject, facts.card_hash)
        return Cell("partial", f"the card names data sets: {names}", facts.subject, facts.card_hash)
    return _sign(facts, "data")


def _paper(facts: SubjectFacts) -> Cell:
    if facts.card is not None and facts.card.papers:
        return Cell("open", f"the card names {facts.card.papers[0]}", facts.subject, facts.card_hash)
    return _sign(facts, "paper")


def _sign(facts: SubjectFacts, key: str) -> Cell:
    if facts.card is None:
        return Cell("unknown", "there is no card in the archive that could tell", facts.subject)
    sign = facts.card.signs.get(key)
    if sign is None:
        return Cell("unknown", "the card says nothing of it", facts.subject, facts.card_hash)
    return Cell(sign.degree, f"the card says: “{sign.says}”", facts.subject, facts.card_hash, sign.start, sign.end)


def together(parts: Sequence[Cell]) -> Cell:
    """The cell of a system: what its subjects agree on, partial where they differ; unknown ones do not count.

    Where repositories say something, the pages that bind beside them are no services of their own.
    """
    known = [cell for cell in parts if cell.state != "unknown"]
    if any(not _is_of_terms(cell) for cell in known):
        known, parts = ([cell for cell in some if not _is_of_terms(cell)] for some in (known, parts))
    if not known:
        return parts[0] if parts else Cell("unknown", "nothing that is watched belongs to it")
    if len({cell.state for cell in known}) == 1:
        return _about(known, parts, known[0].state)
    least = min(known, key=lambda cell: ("closed", "partial", "open").index(cell.state))
    counts = _counted(known)
    return Cell("partial", f"{counts}; {least.reason}", least.subject, least.text_hash, least.start, least.end)


def _is_of_terms(cell: Cell) -> bool:
    return (cell.subject or "").startswith("terms:")


def _about(known: Sequence[Cell], parts: Sequence[Cell], state: State) -> Cell:
    first = known[0]
    reason = first.reason
    if len(known) < len(parts):
        reason += f" (known of {len(known)} of {len(parts)} subjects)"
    return Cell(state, reason, first.subject, first.text_hash, first.start, first.end)


def _counted(known: Iterable[Cell]) -> str:
    states = [cell.state for cell in known]
    return ", ".join(f"{states.count(s)} {s}" for s in ("open", "partial", "closed") if s in states)
