"""What the command line does with a store while no bot, or beside a bot, uses it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bot.clock import SystemClock
from bot.command_line import voice_of
from bot.config import Config
from bot.importing import import_file
from bot.store.contract import Store, StoreFault
from bot.store.registry import open_store, read_entries
from faq.formats import UnreadableFile, describe, plan, read, write
from faq.knowledge import Answer, Entry, KnowledgeBase, Suggest, judge
from faq.sentences import Sentences, bundled


async def import_faq(config: Config, file: Path, *, is_dry_run: bool) -> list[str]:
    """Import a file and return what to say about it.

    Raises:
        StoreFault: The store is in use or broken, or the file is not readable as an FAQ.
    """
    try:
        if is_dry_run:
            return describe(plan(await _entries(config), read(file)))
        store, now = await _opened(config)
        try:
            return describe(await import_file(store, file, now))
        finally:
            await store.close()
    except UnreadableFile as fault:
        raise StoreFault(str(fault)) from fault


async def export_faq(config: Config, file: Path) -> int:
    """Write all entries to a file and return how many.

    Raises:
        StoreFault: The file's suffix is none we write.
    """
    entries = await _entries(config)
    try:
        write(file, entries)
    except UnreadableFile as fault:
        raise StoreFault(str(fault)) from fault
    return len(entries)


async def ask_faq(config: Config, text: str, customer: str | None, *, is_explained: bool) -> list[str]:
    """Return the answer to a question as lines; with the scores and the reasons when they are wanted."""
    voice = voice_of(config.bot.language)
    encode = bundled() if config.faq.semantic else None
    base = KnowledgeBase(await _entries(config), sentences=Sentences(encode) if encode else None)
    while base.sentences is not None and base.sentences.work():
        pass
    hits = base.match(text, customer=customer)
    verdict = judge(hits, answer_at=config.faq.answer_at, suggest_at=config.faq.suggest_at)
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
        lines.append(
            voice.say(
                "知识库 {count} 条；{answer_at:.2f} 起直接回答，{suggest_at:.2f} 起给候选。",
                count=len(base),
                answer_at=config.faq.answer_at,
                suggest_at=config.faq.suggest_at,
            )
        )
        lines.extend(
            voice.say(
                "{score:.3f} {entry}：最像“{phrase}”", score=hit.score, entry=hit.entry.id, phrase=hit.phrase
            )
            for hit in hits
        )
        lines.extend(
            voice.say("{entry}：句意相似 {sentence:.2f}", entry=hit.entry.id, sentence=hit.sentence)
            for hit in hits
            if hit.sentence is not None
        )
    return lines


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
        found.extend(plan(found, read(file)).new)
    return found
