"""Words about entries that are there: taken out because they are wrong, mended, put back, made general, looked up."""

from __future__ import annotations

from msgspec.structs import replace

from bot.beside import beside
from bot.hearing import Hearing
from bot.knowledge.live import Knowledge
from bot.learning.curator import Curator, edited
from bot.learning.days import a_year_after, day_of, says_never, span_of
from bot.learning.keepers import Keepers
from bot.learning.listing import found_lines, validity
from bot.learning.saying import Saying
from bot.store.contract import Store
from bot.tickets.errors import N_, Phrase, TicketError
from bot.tickets.rules import Rules
from faq.entries import Entry


class Correcting:
    """Changes one entry and says so. Whether somebody may is asked before."""

    def __init__(
        self,
        *,
        store: Store,
        rules: Rules,
        knowledge: Knowledge,
        curator: Curator,
        keepers: Keepers,
        saying: Saying,
    ) -> None:
        self._store = store
        self._rules = rules
        self._knowledge = knowledge
        self._curator = curator
        self._keepers = keepers
        self._saying = saying

    async def wrong(self, hearing: Hearing, entry: Entry, reason: str) -> None:
        """Take an answer out at once, whoever of the staff says so, and tell who answers for it: wrong is worse than none.
        A reason that is given later is noted too.
        """
        why = reason or N_("没写哪里不对")
        decide = edited(entry.id, lambda each: replace(each, is_enabled=False, reason=why))
        await self._curator.change(decide, by=hearing.by.name, why=why, now=hearing.now)
        owner = self._rules.staff.get(entry.owner)
        answers_for_it = self._keepers.people if owner is None or owner == hearing.by else (owner,)
        told = tuple(each for each in answers_for_it if each != hearing.by)
        say = self._saying.speaker(hearing).say
        if reason:
            text = say(
                "{entry} 已停用（{by}：{reason}），不再回答。", entry=entry.id, by=hearing.by, reason=reason
            )
        else:
            text = say(
                "{entry} 已停用（{by}），不再回答。哪里不对请补一句：{entry} 不对 原因",
                entry=entry.id,
                by=hearing.by,
            )
        if told:
            names = tuple(Phrase("@{name}", {"name": each}) for each in told)
            text += "\n" + say(
                "{names} 请看一下：改好回“改 {entry} 新答案”，没问题由知识管理员回“启用 {entry}”。",
                names=names,
                entry=entry.id,
            )
        await self._saying.tell(hearing, text, mentions=told)

    async def enable(self, hearing: Hearing, entry: Entry) -> None:
        """Put an entry back into use."""
        changed = await self._changed(hearing, entry.id, N_("启用"), is_enabled=True)
        await self._put_back(hearing, changed, N_("{entry} 已重新上线（范围：{scope}）。"))

    async def make_general(self, hearing: Hearing, entry: Entry) -> None:
        """Give an entry to all customers."""
        await self._changed(hearing, entry.id, N_("设为通用"), customer=None)
        await self._saying.say(hearing, N_("{entry} 现在对所有客户有效。"), entry=entry.id)

    async def mend(self, hearing: Hearing, entry: Entry, answer: str) -> None:
        """Replace the answer of an entry."""
        changed = await self._changed(hearing, entry.id, N_("改答案"), answer=answer, is_enabled=True)
        await self._put_back(
            hearing, changed, N_("{entry} 已改好并上线（范围：{scope}）。"), N_("{entry} 的答案已改。")
        )

    async def date(self, hearing: Hearing, entry: Entry, words: str) -> None:
        """Say from when until when an entry is true.

        Raises:
            TicketError: The words are no days.
        """
        span = span_of(words, self._saying.speaker(hearing).today)
        if span is None:
            raise TicketError(
                N_("写成：有效期 {entry} 到 2027-06-30（9-1 到 12-31、从 9-1 起、长期都行）。"),
                entry=entry.id,
            )
        changed = await self._changed(
            hearing, entry.id, N_("改有效期"), valid_from=span.first, valid_until=span.last
        )
        await self._saying.tell(hearing, validity(changed, self._saying.speaker(hearing)))

    async def reviewed(self, hearing: Hearing, entry: Entry, words: str) -> None:
        """Note that an entry was looked at and is still true; it comes up again in a year, or on a day that is said.

        Raises:
            TicketError: The words are no day.
        """
        today = self._saying.speaker(hearing).today
        day = a_year_after(today) if not words else day_of(words, today)
        if day is None and not says_never(words):
            raise TicketError(
                N_("写成：复核 {entry} 2027-09-01；不再提醒：复核 {entry} 不用"), entry=entry.id
            )
        await self._changed(hearing, entry.id, N_("复核过"), review_on=day)
        if day is None:
            await self._saying.say(hearing, N_("{entry} 复核过，不再提醒。"), entry=entry.id)
            return
        template = N_("{entry} 复核过，下次 {day} 提醒。")
        if not words:
            template = N_(
                "{entry} 复核过，下次 {day} 提醒。换日期回“复核 {entry} 日期”，不再提醒回“复核 {entry} 不用”。"
            )
        await self._saying.say(hearing, template, entry=entry.id, day=day)

    async def _put_back(self, hearing: Hearing, entry: Entry, template: str, otherwise: str = "") -> None:
        """Say that an entry is in use, or what was done and what keeps it from being given."""
        speaker = self._saying.speaker(hearing)
        if entry.holds_on(speaker.today):
            scope = self._saying.scope(entry.customer)
            await self._saying.tell(hearing, speaker.say(template, entry=entry.id, scope=scope))
        else:
            done = speaker.say(otherwise, entry=entry.id) if otherwise else ""
            await self._saying.tell(hearing, done + validity(entry, speaker))

    async def look_up(self, hearing: Hearing, words: str) -> None:
        """Show the entries that hold some words.

        Raises:
            TicketError: There are no words.
        """
        if not words:
            raise TicketError(N_("请写要找什么，例：查 打印机"))
        uses = {each.entry: each for each in await self._store.uses()}
        speaker = self._saying.speaker(hearing)
        await self._knowledge.hear(words, hearing.customer)
        least = self._knowledge.thresholds.suggest_at
        near = self._knowledge.find(words, hearing.customer, hearing.now)
        lines = await beside(
            found_lines,
            words,
            self._knowledge,
            [hit.entry for hit in near if hit.score >= least],
            uses,
            self._saying.scope,
            speaker,
        )
        await self._saying.tell(hearing, "\n".join(lines))

    async def _changed(self, hearing: Hearing, id_: str, why: str, **fields: object) -> Entry:
        decide = edited(id_, lambda each: replace(each, **fields))
        return await self._curator.change(decide, by=hearing.by.name, why=why, now=hearing.now)
