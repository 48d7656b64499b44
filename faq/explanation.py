"""Why a text is answered as it is: what folding left of it, the entries nearest to it with what was measured, and the thresholds."""

from __future__ import annotations

from dataclasses import dataclass

from faq.entries import Entry
from faq.features import NAMES
from faq.knowledge import Answer, Hit, KnowledgeBase, Suggest, Verdict, judge
from faq.text import fold, plain
from faq.wording import canonical

NEAREST = 5


@dataclass(frozen=True, slots=True)
class Near:
    """One entry held against a text."""

    entry: Entry
    score: float  # probability that it answers the text
    wording: str  # the question or alias most like the text, as written
    features: tuple[tuple[str, float], ...]  # of that wording, by name


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that led to a verdict."""

    text: str
    folded: str  # simplified, lower case, half width, without signs
    compared: str  # what is compared: without greetings and fillers, in the base's own words
    nearest: tuple[Near, ...]  # best first
    answer_at: float
    suggest_at: float
    entries: int
    verdict: Verdict


def account(
    base: KnowledgeBase, text: str, *, customer: str | None, answer_at: float, suggest_at: float
) -> Account:
    """Return how a text is judged for a customer; what is found is exactly what `match` finds."""
    hits = base.match(text, customer=customer, limit=NEAREST)
    measured = {each.entry.id: each for each in base.compare(text, customer=customer)}
    nearest = tuple(_near(hit, measured[hit.entry.id].features) for hit in hits)
    return Account(
        text=text,
        folded=fold(text),
        compared=canonical(fold(plain(text))),
        nearest=nearest,
        answer_at=answer_at,
        suggest_at=suggest_at,
        entries=len(base),
        verdict=judge(hits[:3], answer_at=answer_at, suggest_at=suggest_at),
    )


def lines(found: Account) -> list[str]:
    """Return the account in Chinese, line by line, for the command line."""
    said = [
        f"折叠后：{found.folded or '（没有文字）'}",
        f"比较用：{found.compared or '（没有文字）'}",
        f"知识库 {found.entries} 条；{found.answer_at:.2f} 起直接回答，{found.suggest_at:.2f} 起给候选。",
    ]
    for near in found.nearest:
        said.append(f"{near.score:.3f} {near.entry.id} {near.entry.question}：最像“{near.wording}”")
        said.append("      " + " ".join(f"{name}={value:.2f}" for name, value in near.features))
    return [*said, f"结论：{_verdict(found.verdict)}"]


def _near(hit: Hit, features: tuple[float, ...]) -> Near:
    return Near(hit.entry, hit.score, hit.phrase, tuple(zip(NAMES, features, strict=False)))


def _verdict(verdict: Verdict) -> str:
    if isinstance(verdict, Answer):
        return f"回答 {verdict.hit.entry.id}"
    if isinstance(verdict, Suggest):
        return f"给候选 {'、'.join(hit.entry.id for hit in verdict.hits)}"
    return "不回答"
