"""What the command line does with a store while no bot, or beside a bot, uses it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from msgspec.structs import replace

from bot.clock import SystemClock
from bot.config import Config
from bot.knowledge.importing import import_rows, import_when_empty, rows_of
from bot.knowledge.kept_index import index_file, read_base
from bot.knowledge.live import wanted_of
from bot.knowledge.measured import told
from bot.knowledge.understanding import Understanding, understanding_of
from bot.rooms.set_up import ALL, overlaid, read
from bot.store.contract import Store
from bot.store.faults import StoreFault, StoreInUse
from bot.store.registry import ReadVectors, open_store, read_entries, read_kept, read_uses
from bot.terminal.command_line import Voice, voice_of
from bot.tickets.errors import N_
from faq import checks, explanation
from faq.formats import Chosen, UnreadableFile, describe, plan, shown, template, told_to, write
from faq.knowledge import Answer, Entry, KnowledgeBase, Suggest, judge
from faq.popularity import by_popularity
from faq.sentences import Sentences
from faq.thresholds import usual_or_own


async def import_faq(config: Config, file: Path, *, is_dry_run: bool, chosen: Chosen) -> list[str]:
    """Import a file, with what was said of its columns, and return what to say about it.

    Raises:
        StoreFault: The store is in use or broken, or the file is not readable as an FAQ.
    """
    language = config.bot.language
    kept = await read_kept(config.store_url, *ALL)
    config = overlaid(config, read(kept))  # files name customers that were set up in chat, too
    if is_dry_run:
        known, first = await _entries(config), []
        if not await read_entries(config.store_url) and config.faq.files:
            says = N_("知识库还是空的：会先导入配置 [faq] files 里的 {count} 条，和机器人第一次启动时一样。")
            first = [voice_of(language).say(says, count=len(known))]
        planned = plan(known, rows_of(file, config, chosen))
        return [*first, *describe(planned, language), *shown(planned)]
    try:
        store, now = await _opened(config)
    except StoreInUse as fault:
        says = N_("机器人正在用这个数据库（进程号 {holder}）：请在看板的“知识”页导入，或先停掉它。")
        raise StoreFault(says, holder=fault.values["holder"]) from fault
    try:
        rows = rows_of(file, config, chosen)  # a file that cannot be read changes nothing
        before = [
            line
            for each in await import_when_empty(store, config, now)
            for line in describe(each, language)[:1]
        ]
        if before:
            before.insert(0, voice_of(language).say("知识库还是空的，先导入了配置 [faq] files 里的："))
        return [*before, *describe(await import_rows(store, rows, file.name, "", now), language)]
    finally:
        await store.close()


async def export_faq(config: Config, file: Path, customer: str | None = None) -> int:
    """Write all entries to a file, or those that a customer is told, and return how many.

    Raises:
        StoreFault: The file's suffix is none we write.
    """
    entries = await _entries(config)
    if customer is not None:
        entries = list(told_to(customer, entries, _today(config)))
    try:
        write(file, entries)
    except UnreadableFile as fault:
        raise StoreFault(fault.said(config.bot.language)) from fault
    return len(entries)


def write_template(config: Config, file: Path) -> None:
    """Write a file to fill in.

    Raises:
        StoreFault: The file's suffix is none we write.
    """
    try:
        file.write_bytes(template(file.name))
    except UnreadableFile as fault:
        raise StoreFault(fault.said(config.bot.language)) from fault


async def ask_faq(config: Config, text: str, customer: str | None, *, is_explained: bool) -> list[str]:
    """Return the answer to a question as lines; with the scores and the reasons when they are wanted."""
    voice = voice_of(config.bot.language)
    understanding = understanding_of(config.faq, ReadVectors(config.store_url))
    base = base_of(
        config, await _entries(config), understanding.sentences() if understanding is not None else None
    )
    is_meant = await _understood(base, understanding, text)
    answer_at = threshold_of(config, base)
    wanted = wanted_of(await read_uses(config.store_url))
    matched = base.match(text, customer=customer)
    hits = by_popularity(matched, wanted)
    verdict = judge(hits, answer_at=answer_at, suggest_at=config.faq.suggest_at)
    if isinstance(verdict, Answer):
        lines = [verdict.hit.entry.answer, f"（{verdict.hit.entry.id} {verdict.hit.score:.2f}）"]
    elif isinstance(verdict, Suggest):
        lines = [
            f"{number} {hit.entry.question}（{hit.entry.id} {hit.score:.2f}）"
            for number, hit in enumerate(verdict.hits, 1)
        ]
    else:
        lines = [voice.say("没有合适的答案。")]
    if is_explained:
        found = explanation.account(
            base,
            text,
            customer=customer,
            answer_at=answer_at,
            suggest_at=config.faq.suggest_at,
        )
        lines += _explained(found, voice)
        if answer_at != config.faq.answer_at:
            lines.append(
                voice.say(
                    "门槛 {own:.2f} 是知识库自己问自己得出的；配置的 answer_at 是 {usual:.2f}。",
                    own=answer_at,
                    usual=config.faq.answer_at,
                )
            )
        if hits != matched:
            shown = (f"{hit.entry.id}×{wanted.get(hit.entry.id, 0)}" for hit in hits)
            lines.append(voice.say("把握相同的按常用排：{entries}。", entries=" ".join(shown)))
        if understanding is not None:
            lines.append(_meant(understanding, base, is_meant, voice))
        lines.extend(
            voice.say("{entry}：句意相似 {sentence:.2f}", entry=hit.entry.id, sentence=hit.sentence)
            for hit in hits
            if hit.sentence is not None
        )
    return lines


async def _understood(base: KnowledgeBase, understanding: Understanding | None, text: str) -> bool:
    """Give phrasings and a question their vectors; False where they cannot be had."""
    if understanding is None or base.sentences is None:
        return False
    try:
        await understanding.work(base.sentences)
        vector = await understanding.of(base.asked(text)) if base.sentences.is_ready else None
    finally:
        await understanding.close()
    base.hear(text, vector)
    return vector is not None


def _meant(understanding: Understanding, base: KnowledgeBase, is_known: bool, voice: Voice) -> str:
    """Say whether sentences were compared by their meaning, and why not."""
    if is_known:
        return voice.say("句意向量：{name}。", name=understanding.name)
    waiting = base.sentences.left if base.sentences is not None else 0
    return voice.say(
        "句意向量 {name} 现在没有（{why}；还差 {count} 个问法），先不按句意比。",
        name=understanding.name,
        why=understanding.fault or "–",
        count=waiting,
    )


def base_of(config: Config, entries: Sequence[Entry], sentences: Sentences | None = None) -> KnowledgeBase:
    """Return the knowledge base of a configuration as it is today, by the index that a running bot keeps where it is large."""
    today = _today(config)
    now = [each if each.holds_on(today) else replace(each, is_enabled=False) for each in entries]
    return read_base(index_file(config, os.environ), now, sentences=sentences)[0]


def _today(config: Config) -> date:
    return SystemClock().now().astimezone(config.bot.zone).date()


def threshold_of(config: Config, base: KnowledgeBase) -> float:
    """Return from which probability on a running bot would answer from these entries."""
    return usual_or_own(base, config.faq.answer_at) if config.faq.ask_itself else config.faq.answer_at


def _explained(found: explanation.Account, voice: Voice) -> list[str]:
    lines = [
        voice.say("折叠后：{text}", text=found.folded),
        voice.say("比较用：{text}", text=found.compared),
        voice.say(
            "知识库 {count} 条；{answer_at:.2f} 起直接回答，{suggest_at:.2f} 起给候选。",
            count=found.entries,
            answer_at=found.answer_at,
            suggest_at=found.suggest_at,
        ),
    ]
    for near in found.nearest:
        lines.append(
            voice.say(
                "{score:.3f} {entry}：最像“{phrase}”，依据共 {evidence:.2f}",
                score=near.score,
                evidence=near.evidence,
                entry=near.entry.id,
                phrase=near.wording,
            )
        )
        lines += [
            f"      {name} {value} {speaks}".rstrip() for name, value, speaks in told(near, voice.translate)
        ]
    return lines


async def check_faq(config: Config, file: Path) -> tuple[list[str], bool]:
    """Try the questions of a file and return what to say about them, and whether all were answered as expected.

    Raises:
        StoreFault: The file cannot be read.
    """
    base = base_of(config, await _entries(config))
    answer_at = threshold_of(config, base)
    try:
        found = checks.read(await asyncio.to_thread(file.read_bytes))
    except UnreadableFile as fault:
        raise StoreFault(fault.said(config.bot.language)) from fault
    outcomes = list(
        checks.tried(
            [each for each in found if isinstance(each, tuple)],
            lambda text, customer: base.match(text, customer=customer or None),
            lambda hits: judge(hits, answer_at=answer_at, suggest_at=config.faq.suggest_at),
        )
    )
    missed = [each for each in outcomes if not each.is_met]
    faulty = [each for each in found if isinstance(each, checks.FaultyLine)]
    say = voice_of(config.bot.language).say
    nothing = say("不回答")
    lines = [say("{count} 个问题，{missed} 个没有答对。", count=len(outcomes), missed=len(missed))]
    lines += [say("第 {line} 行读不懂：{why}", line=each.line, why=each.why) for each in faulty]
    lines += [
        say(
            "第 {line} 行“{text}”应为 {expected}，实际 {got}",
            line=each.line,
            text=each.expected.text,
            expected=each.expected.entry or nothing,
            got=each.got or " ".join(each.candidates) or nothing,
        )
        for each in missed
    ]
    return lines, not missed and not faulty


async def _opened(config: Config) -> tuple[Store, datetime]:
    now = SystemClock().now()
    return await open_store(config.store_url, now), now


async def _entries(config: Config) -> list[Entry]:
    """Return the entries of the store, also while a bot runs; those of the configured files while there is no store."""
    entries = await read_entries(config.store_url)
    if entries:
        return entries
    found: list[Entry] = []
    for file in config.faq.files:
        found.extend(plan(found, rows_of(file, config)).new)
    return found
