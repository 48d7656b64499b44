"""How entries are said in a line: found by a word, with how often they helped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from bot.knowledge.live import Knowledge
from bot.learning.naming import named_at_start
from bot.one_line import shortened
from bot.store.knowledge_contract import Uses
from bot.tickets.speaker import Speaker
from faq.entries import Entry
from faq.text import fold

_MOST = 5
_LONGEST = 44


def searched(words: str, entries: list[Entry]) -> list[Entry]:
    """Return the entries in which all words stand somewhere: id, questions, answer, category, tags."""
    wanted = [folded for word in words.split() if (folded := fold(word))]
    return [entry for entry in entries if wanted and all(word in _all_of(entry) for word in wanted)]


def found_lines(
    words: str,
    knowledge: Knowledge,
    near: list[Entry],
    uses: Mapping[str, Uses],
    scope: Callable[[str | None], object],
    speaker: Speaker,
) -> list[str]:
    """Return one line for every entry that holds the words, or else for those near them; the id alone shows the whole entry.

    All entries are gone over: where they are many that takes long.
    """
    named = named_at_start(words, knowledge.stored)
    exact = knowledge.stored(named[0]) if named is not None and not named[1] else None
    if exact is not None:
        return _whole(exact, uses, scope(exact.customer), speaker)
    found = searched(words, knowledge.entries()) or near
    if not found:
        return [speaker.say("没有找到“{words}”。", words=shortened(words, 20))]
    lines = [
        speaker.say(
            "{entry} {question}：{answer}{state}",
            entry=entry.id,
            question=shortened(entry.question, 20),
            answer=shortened(entry.answer, _LONGEST),
            state=_state(entry, speaker, speaker.now),
        )
        for entry in found[:_MOST]
    ]
    if len(found) > _MOST:
        lines.append(speaker.say("……另有 {count} 条，见知识库页面。", count=len(found) - _MOST))
    return lines


def _whole(entry: Entry, uses: Mapping[str, Uses], scope: object, speaker: Speaker) -> list[str]:
    use = uses.get(entry.id, Uses(entry=entry.id))
    state = _state(entry, speaker, speaker.now)
    head = speaker.say("{entry} {question}{state}", entry=entry.id, question=entry.question, state=state)
    counts = speaker.say(
        "答过 {given} 次，有用 {helped} 次，没解决 {failed} 次",
        given=use.given,
        helped=use.helped,
        failed=use.failed,
    )
    return [head, entry.answer.strip(), speaker.say("；").join(_about(entry, scope, speaker)), counts]


def _about(entry: Entry, scope: object, speaker: Speaker) -> Iterator[str]:
    """Yield for whom an entry is, on which days it counts, and who changed it last and why."""
    say = speaker.say
    yield say("范围：{scope}", scope=scope)
    if entry.valid_from or entry.valid_until:
        yield say("有效期 {first}～{last}", first=entry.valid_from or "", last=entry.valid_until or "")
    if entry.review_on:
        yield say("复核日 {day}", day=entry.review_on)
    if entry.changed_at is not None and entry.changed_by:
        why = speaker.translate(entry.reason) if entry.reason else ""
        yield say("{by} {at} 改：{why}", by=entry.changed_by, at=entry.changed_at, why=shortened(why, 30))


def validity(entry: Entry, speaker: Speaker) -> str:
    """Return between which days an entry is given, and whether it is today."""
    first, last, say = entry.valid_from, entry.valid_until, speaker.say
    if first is not None and last is not None:
        text = say("{entry} 有效期 {first} 至 {last}（含当天）。", entry=entry.id, first=first, last=last)
    elif first is not None:
        text = say("{entry} 从 {first} 起有效。", entry=entry.id, first=first)
    elif last is not None:
        text = say("{entry} 有效到 {last}（含当天）。", entry=entry.id, last=last)
    else:
        text = say("{entry} 长期有效。", entry=entry.id)
    if not entry.is_enabled:
        return text + say("现在停用，重新上线回“启用 {entry}”。", entry=entry.id)
    if last is not None and last < speaker.today:
        return text + say("已经过期，不回答；改日期回“有效期 {entry} 到 日期”。", entry=entry.id)
    return text


def _state(entry: Entry, speaker: Speaker, now: datetime) -> str:
    if not entry.is_enabled:
        return speaker.say("（已停用）")
    return "" if entry.holds_on(now.astimezone(speaker.zone).date()) else speaker.say("（不在有效期）")


def _all_of(entry: Entry) -> str:
    texts = (entry.id, entry.question, *entry.aliases, entry.answer, entry.category, *entry.tags)
    return " ".join(map(fold, texts))
