"""Drafts that wait for somebody's word: the list of them, and a yes or no to the one just shown in words of their own (可以, 不行)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot.commands import Command, parse
from bot.hearing import Hearing
from bot.learning.keepers import Keepers
from bot.learning.proposing import SHOWN, SHOWN_ANSWER, lesson_id
from bot.learning.saying import Saying
from bot.lessons import Proposed, Stage
from bot.meaning.sentence import Sentence
from bot.meaning.short_answers import agreed
from bot.one_line import shortened
from bot.store.contract import Link, Store
from bot.talk import Talk
from bot.vocabulary import Word

_MOST = 5
_SAME_MOMENT = timedelta(seconds=1)
_NAMED = re.compile(r"(?:通过|入库|approve|teach) ([A-Za-z]{1,8}-\d{1,9}|\d{1,9})(?!\w)")
_LETS_LIVE = Sentence(  # 可以上线, 没问题，入库吧
    r"(?:(?:可以|没问题|行|好的?|ok)[\s,，。]*)?(?:直接|就|那就)?(?:上线|入库|发布|通过)(?:吧|了|啊|哈)?[\s。.!！~]*"
)
_AGREES_TO = re.compile(  # 同意 1026
    r"(?:我|都)?(?:同意|没问题|可以|行|ok)[\s,，。]*([a-z]{1,8}-\d{1,9}|\d{1,9})(?:号)?[\s。.!！~]*",
    re.IGNORECASE,
)
_ASKS_FOR_LIST = Sentence(  # 还有待审的吗
    r"(?:现在|目前|还|今天)*有(?:没有)?(?:哪些|哪几条|几条|什么)?(?:(?:等|待|没|未)(?:审核?|通过|入库)|草稿)的?(?:草稿|知识|答案|条目)?(?:了|吗|嘛|么|呢|没有?)*[\s?？]*"
)


class Pending:
    """Lists drafts, and finds the one that a short word of staff decides."""

    def __init__(self, *, store: Store, keepers: Keepers, saying: Saying, talk: Talk) -> None:
        self._store = store
        self._keepers = keepers
        self._saying = saying
        self._talk = talk

    async def meant(self, hearing: Hearing, link: Link | None) -> Command | None:
        """Return the command that words among staff mean about a draft, None when they are talk.

        A yes or no counts as the answer to a draft that is quoted, or to the only one that waits, right after it was shown.
        """
        if hearing.mentions:
            return None
        if link is None and _ASKS_FOR_LIST.fullmatch(hearing.text.strip()):
            return parse(f"/{Word.DRAFTS}")
        if (agreed_to := _AGREES_TO.fullmatch(hearing.text.strip())) is not None:
            return await self._agreed_to(hearing, agreed_to[1])
        answer = True if _LETS_LIVE.fullmatch(hearing.text.strip()) else agreed(hearing.text)
        if answer is None:
            return None
        reference = await self._quoted(link) if link is not None else await self._just_shown(hearing)
        if reference == "":  # which one is asked
            return parse(f"/{Word.APPROVE if answer else Word.REJECT}")
        lesson = await self._store.lesson(lesson_id(reference)) if reference else None
        draft = lesson.matter if lesson is not None else None
        if not isinstance(draft, Proposed):
            return None
        is_keeper = self._keepers.has(hearing.by, hearing.role)
        if draft.stage is Stage.REVIEW and is_keeper:
            return parse(f"/{Word.APPROVE if answer else Word.REJECT} {reference}")
        if draft.stage is Stage.OFFERED and (is_keeper or draft.author == hearing.by):
            return parse(f"/{Word.TEACH if answer else Word.DROP} {reference}")
        return None

    async def _agreed_to(self, hearing: Hearing, reference: str) -> Command | None:
        """Return 通过 for a yes that names a draft: a yes about a ticket may be the answer to anything else."""
        if not self._keepers.has(hearing.by, hearing.role):
            return None
        lesson = await self._store.lesson(lesson_id(reference))
        draft = lesson.matter if lesson is not None and not lesson.outcome else None
        is_waiting = isinstance(draft, Proposed) and draft.stage is Stage.REVIEW
        return parse(f"/{Word.APPROVE} {reference}") if is_waiting else None

    async def show(self, hearing: Hearing, command: Command) -> bool:
        """Say which drafts wait for whose word; False when the word begins a sentence."""
        if command.rest and not command.is_marked:
            return False
        waiting = [draft for draft, _ in await self._at(Stage.REVIEW)]
        offered = [draft for draft, _ in await self._at(Stage.OFFERED)]
        say = self._saying.speaker(hearing).say
        lines = [
            say("等知识管理员 {keepers} 审核的：{count} 条", keepers=self._keepers.people, count=len(waiting))
        ]
        if not waiting:
            lines = [say("没有等审核的。")]
        lines += [
            say(
                "{number} {author}：“{question}”→“{answer}”",
                number=draft.reference,
                author=draft.author,
                question=shortened(draft.question, SHOWN),
                answer=shortened(draft.answer, SHOWN_ANSWER),
            )
            for draft in waiting[:_MOST]
        ]
        if len(waiting) == 1:
            lines.append(
                say("上线回“通过 {number}”，不行回“驳回 {number} 原因”。", number=waiting[0].reference)
            )
        elif waiting:
            lines.append(say("上线回“通过 编号”，不行回“驳回 编号 原因”。"))
        if offered:
            named = [
                say("{number}（{author}）", number=each.reference, author=each.author)
                for each in offered[:_MOST]
            ]
            lines.append(
                say(
                    "还没交的：{listed}，交审核回“入库 {first}”。",
                    listed=tuple(named),
                    first=offered[0].reference,
                )
            )
        about = waiting[0].ticket if len(waiting) == 1 else 0
        await self._saying.tell(hearing, "\n".join(lines), about)
        return True

    async def _at(self, stage: Stage) -> list[tuple[Proposed, datetime]]:
        """Return the drafts that nobody has decided, with when they came to this stage."""
        return [
            (draft, lesson.at)
            for lesson in await self._store.lessons("Proposed")
            if isinstance(draft := lesson.matter, Proposed) and not lesson.outcome and draft.stage is stage
        ]

    async def _quoted(self, link: Link) -> str | None:
        """Return the draft that a quoted message of the bot shows, None when it shows none or several."""
        message = await self._store.outgoing(link.outgoing) if link.outgoing else None
        named = set(_NAMED.findall(message.text)) if message is not None else set()
        return named.pop() if len(named) == 1 else None

    async def _just_shown(self, hearing: Hearing) -> str | None:
        """Return the draft that the words before have shown, empty where several wait, None where they showed none."""
        before = self._talk.line_before(hearing)
        if before is None or not self._keepers.has(hearing.by, hearing.role):
            return None
        waiting = await self._at(Stage.REVIEW)
        command = parse(before.text)
        if command is not None and command.word is Word.DRAFTS:
            is_shown = before.account == hearing.origin.account
        elif agreed(before.text) if command is None else command.word in (Word.TEACH, Word.AMEND):
            is_shown = any(
                before.by == draft.author and abs(at - before.at) < _SAME_MOMENT for draft, at in waiting
            )
        else:
            is_shown = False
        if not is_shown or not waiting:
            return None
        return waiting[0][0].reference if len(waiting) == 1 else ""
