"""What the knowledge pages show: entries with their use, what waits for a decision, and why a question is answered as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from bot.beside import beside
from bot.dashboard.wording import stamp
from bot.knowledge.measured import told
from bot.learning.gaps import grouped, ripe
from bot.learning.listing import searched
from bot.learning.weekly import WEEK
from bot.lessons import Proposed, Stage
from bot.meaning.deciding import (
    Candidates,
    Decision,
    Give,
    Greet,
    Heard,
    OfferTicket,
    Silent,
    decided,
    decided_before,
)
from bot.meaning.several_questions import asked_parts, with_parts
from bot.one_line import shortened
from bot.running import Bot
from bot.store.knowledge_contract import EntryChange, Uses
from bot.tickets.errors import N_
from bot.tickets.speaker import Speaker
from faq.entries import Entry
from faq.explanation import Account, account

MOST_SHOWN = 100
_STATES = ("", "off", "review", "unused")


class Line(msgspec.Struct, frozen=True):
    """One entry in the list."""

    id: str
    question: str
    answer: str
    scope: str
    category: str
    state: str
    is_on: bool
    use: Uses


class Waiting(msgspec.Struct, frozen=True):
    """Something to decide: a draft, a wording that was picked, or a question nobody could answer."""

    kind: str  # draft | picked | missed
    lessons: tuple[str, ...]
    title: str
    text: str
    note: str
    count: int
    customer: str
    others: tuple[str, ...] = ()  # further wordings of a question nobody could answer


class Step(msgspec.Struct, frozen=True):
    """One form an entry has had."""

    version: int
    at: str
    by: str
    why: str
    changes: tuple[tuple[str, str], ...]
    is_removal: bool


class Trial(msgspec.Struct, frozen=True):
    """What would be said to a text, and why."""

    says: str
    answer: str
    account: Account
    near: tuple[tuple[str, str, str, str, tuple[tuple[str, str, str], ...]], ...]


def lines(bot: Bot, entries: Sequence[Entry], uses: Mapping[str, Uses], speaker: Speaker) -> list[Line]:
    """Return the list, as far as it is shown."""
    today = speaker.now.astimezone(speaker.zone).date()
    return [
        Line(
            id=entry.id,
            question=entry.question,
            answer=shortened(entry.answer, 90),
            scope=scope_name(bot, entry.customer, speaker),
            category=entry.category,
            state=_state(entry, speaker),
            is_on=entry.holds_on(today),
            use=uses.get(entry.id, Uses(entry=entry.id)),
        )
        for entry in entries[:MOST_SHOWN]
    ]


def chosen(
    entries: Sequence[Entry], uses: Mapping[str, Uses], *, words: str, state: str, speaker: Speaker
) -> list[Entry]:
    """Return the entries that hold the words and are in a state: all, off, to be reviewed, never used."""
    found = searched(words, list(entries)) if words.strip() else list(entries)
    today = speaker.now.astimezone(speaker.zone).date()
    match state:
        case "off":
            return [entry for entry in found if not entry.holds_on(today)]
        case "review":
            return [entry for entry in found if entry.review_on is not None and entry.review_on <= today]
        case "unused":
            return [entry for entry in found if not uses.get(entry.id, Uses(entry=entry.id)).given]
        case _:
            return found


async def waiting(bot: Bot, speaker: Speaker) -> list[Waiting]:
    """Return everything that somebody should decide about, drafts first."""
    found: list[Waiting] = []
    for lesson in await bot.store.lessons("Proposed"):
        draft = lesson.matter
        if isinstance(draft, Proposed):
            is_review = draft.stage is Stage.REVIEW
            note = N_("等审核") if is_review else N_("等 {author} 确认")
            found.append(
                Waiting(
                    kind="draft",
                    lessons=(lesson.id,),
                    title=draft.question,
                    text=draft.answer,
                    note=f"{draft.entry or draft.ticket} · {speaker.say(note, author=draft.author)}",
                    count=1 + len(draft.aliases),
                    customer=draft.customer or "",
                )
            )
    missed = await bot.store.lessons("Missed", since=speaker.now - WEEK)
    for group in await beside(grouped, missed):
        note = speaker.say("没答上，近一周 {count} 次", count=group.count)
        found.append(
            Waiting(
                "missed",
                group.lessons,
                group.question,
                "",
                note,
                group.count,
                group.customer or "",
                group.others,
            )
        )
    for lesson, picked in ripe(await bot.store.lessons("Picked")):
        entry = bot.knowledge.stored(picked.entry)
        title = f"{picked.entry} {entry.question}" if entry else picked.entry
        note = speaker.say("选过 {count} 次", count=picked.picked)
        found.append(Waiting("picked", (lesson.id,), picked.wording, title, note, picked.picked, ""))
    return found


def history(changes: Sequence[EntryChange], bot: Bot, speaker: Speaker) -> list[Step]:
    """Return the forms an entry has had, the latest first, with what each changed."""
    steps: list[Step] = []
    before: Entry | None = None
    for change in changes:
        entry = change.entry
        steps.append(
            Step(
                version=change.version,
                at=stamp(change.at, speaker) if change.at.timestamp() else "",
                by=entry.changed_by if entry else "",
                why=speaker.translate(entry.reason) if entry and entry.reason else "",
                changes=tuple(_differences(before, entry, bot, speaker)) if entry else (),
                is_removal=entry is None,
            )
        )
        before = entry
    return steps[::-1]


def trial(bot: Bot, text: str, room_id: str, *, is_addressed: bool, speaker: Speaker) -> Trial:
    """Return what would be said to a text in a room, by the rules the group is answered by."""
    room = bot.directory.room(room_id)
    heard = Heard(text, is_addressed, answer=room.answer if room else "auto")
    found = account(
        bot.knowledge.base,
        text,
        customer=(room.customer or None) if room else None,
        answer_at=bot.knowledge.answer_at,
        suggest_at=bot.knowledge.suggest_at(is_surely=heard.is_surely_for_bot),
    )
    decision: Decision | None = decided_before(heard)
    if decision is None:
        decision = decided(heard, found.verdict)
        customer = (room.customer or "") if room else ""
        parts = asked_parts(text) if heard.answer != "off" else ()
        verdicts = bot.knowledge.verdicts(parts, customer, speaker.now, is_surely=heard.is_surely_for_bot)
        decision = with_parts(decision, verdicts)
    says, answer = _said(decision, speaker)
    near = tuple(
        (
            each.entry.id,
            each.entry.question,
            each.wording,
            f"{each.score:.3f}",
            tuple(told(each, speaker.translate)),
        )
        for each in found.nearest
    )
    return Trial(says, answer, found, near)


def scope_name(bot: Bot, customer: str | None, speaker: Speaker) -> str:
    """Return for whom an entry is."""
    return speaker.say("所有客户") if customer is None else bot.rules.customers.get(customer, customer)


def turned(before: Entry, after: Entry, bot: Bot, speaker: Speaker) -> list[tuple[str, str, str]]:
    """Return the fields in which two forms of an entry differ, each as it was and as it will be."""
    was = dict(_differences(None, before, bot, speaker))
    return [(name, was.get(name, ""), value) for name, value in _differences(before, after, bot, speaker)]


def _name_of(bot: Bot, person: str) -> str:
    return bot.rules.staff[person].name if person in bot.rules.staff else person


def _said(decision: object, speaker: Speaker) -> tuple[str, str]:
    match decision:
        case Silent(why=why):
            return speaker.say("不说话：{why}", why=speaker.translate(why)), ""
        case Greet():
            return speaker.say("打个招呼"), ""
        case Give(hit=hit, also=also):
            given = (hit, *also)
            ids = " ".join(each.entry.id for each in given)
            return speaker.say("直接回答 {entry}", entry=ids), "\n\n".join(
                each.entry.answer for each in given
            )
        case Candidates(hits=hits):
            numbered = "\n".join(f"{number} {hit.entry.question}" for number, hit in enumerate(hits, 1))
            return speaker.say("给候选，回数字选"), numbered
        case OfferTicket():
            return speaker.say("没有答案，问要不要报单"), ""
        case _:
            raise TypeError(f"{decision} is no decision")


def _state(entry: Entry, speaker: Speaker) -> str:
    if not entry.is_enabled:
        return speaker.say("已停用")
    return "" if entry.holds_on(speaker.now.astimezone(speaker.zone).date()) else speaker.say("不在有效期")


def _differences(before: Entry | None, after: Entry, bot: Bot, speaker: Speaker) -> list[tuple[str, str]]:
    """Return the fields that differ from the form before, by their names, as they are now."""
    say = speaker.say
    shown: dict[str, Callable[[Entry], str]] = {
        say("标准问法"): lambda entry: entry.question,
        say("相似问法"): lambda entry: " / ".join(entry.aliases),
        say("答案"): lambda entry: entry.answer,
        say("适用客户"): lambda entry: scope_name(bot, entry.customer, speaker),
        say("分类"): lambda entry: entry.category,
        say("标签"): lambda entry: "；".join(entry.tags),
        say("图片"): lambda entry: " ".join(entry.pictures),
        say("链接"): lambda entry: " ".join(entry.links),
        say("生效"): lambda entry: str(entry.valid_from or ""),
        say("失效"): lambda entry: str(entry.valid_until or ""),
        say("复核"): lambda entry: str(entry.review_on or ""),
        say("负责人"): lambda entry: _name_of(bot, entry.owner),
        say("状态"): lambda entry: say("在用") if entry.is_enabled else say("已停用"),
    }
    return [
        (name, of(after))
        for name, of in shown.items()
        if (before is None and of(after)) or (before is not None and of(before) != of(after))
    ]
