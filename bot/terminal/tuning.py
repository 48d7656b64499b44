"""What an installation's own history says about its threshold: answers that helped, answers that did not, picks, what was taken out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from bot.asks import Answered, Ask
from bot.config import Config
from bot.lessons import Lesson, Picked
from bot.store.portable import Archive, Part, Piece
from bot.store.registry import open_archive, read_entries
from bot.terminal.command_line import Voice, voice_of
from bot.terminal.housekeeping import base_of, threshold_of
from faq.text import fold
from faq.tuning import Advice, Known, advised, cases_of

_OUTCOMES = {"helped": True, "1": False}  # of an answer: 好了, or 没解决
_Key = tuple[str, str]  # a folded question and an entry


async def tune(config: Config, wished: float) -> list[str]:
    """Return what to say about the threshold for a wished share of right answers.

    Raises:
        StoreFault: There is no store, or it cannot be read.
    """
    archive = await open_archive(config.store_url)
    try:
        known, since = await _known(archive, config)
    finally:
        await archive.close()
    entries = await read_entries(config.store_url)
    own = threshold_of(config, base_of(config, entries))
    advice = advised(cases_of(known.values(), entries), wished, own)
    return _said(advice, wished, known, since, voice_of(config.bot.language), config)


async def _known(archive: Archive, config: Config) -> tuple[dict[_Key, Known], datetime | None]:
    """Return what is known, the latest word of each question and entry; a word after the answer counts more than a pick."""
    customers = {room.address: room.customer or "" for room in config.rooms}
    picked: dict[_Key, Known] = {}
    said: dict[_Key, Known] = {}
    since: datetime | None = None
    async for piece in _pieces(archive, Part.LESSONS):
        if isinstance(piece, Lesson) and isinstance(piece.matter, Picked):
            matter = piece.matter
            if matter.picked != matter.failed:
                key = fold(matter.wording), matter.entry
                picked[key] = Known(matter.wording, matter.entry, matter.picked > matter.failed)
    async for piece in _pieces(archive, Part.ASKS):
        if isinstance(piece, Ask) and isinstance(piece.about, Answered) and piece.outcome in _OUTCOMES:
            about = piece.about
            is_right = _OUTCOMES[piece.outcome]
            key = fold(about.question), about.entry
            said[key] = Known(about.question, about.entry, is_right, customers.get(piece.room, ""))
            since = min(piece.asked_at, since or piece.asked_at)
    return {**picked, **said}, since


async def _pieces(archive: Archive, part: Part) -> AsyncIterator[Piece]:
    after = ""
    while page := await archive.export(part, after=after):
        for _, piece in page:
            yield piece
        after = page[-1][0]


def _said(
    advice: Advice,
    wished: float,
    known: Mapping[_Key, Known],
    since: datetime | None,
    voice: Voice,
    config: Config,
) -> list[str]:
    right = sum(each.is_right for each in known.values())
    lines = [
        voice.say(
            "依据：{count} 个说得清对错的问题（对 {right}，错 {wrong}），其中 {cases} 个会单独给答案。",
            count=len(known),
            right=right,
            wrong=len(known) - right,
            cases=advice.cases,
        )
    ]
    if since is not None:
        lines.append(voice.say("最早一个：{day}。", day=since.astimezone(config.bot.zone).date()))
    now = advice.now
    if now.count:
        lines.append(
            voice.say(
                "现在 {answer_at:.2f} 起直接回答：{count} 次，对 {precision:.1%}。",
                answer_at=now.answer_at,
                count=now.count,
                precision=now.precision,
            )
        )
    if advice.cases < advice.least:
        lines.append(
            voice.say(
                "要求 {wished:.0%} 至少要 {least} 个会单独给答案的问题才好建议，先不改。",
                wished=wished,
                least=advice.least,
            )
        )
    elif advice.best is None:
        lines.append(voice.say("没有哪个门槛能到 {wished:.0%}；先改答错最多的：", wished=wished))
        lines += [
            voice.say("  {entry}：错 {count} 次", entry=entry, count=count) for entry, count in advice.worst
        ]
    else:
        best = advice.best
        lines.append(
            voice.say(
                "建议 [faq] answer_at = {answer_at:.2f}、ask_itself = false：{count} 次，对 {precision:.1%}（要求 {wished:.0%}）。",
                answer_at=best.answer_at,
                count=best.count,
                precision=best.precision,
                wished=wished,
            )
        )
    return lines
