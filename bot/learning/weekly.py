"""The weekly list: what nobody could answer and which wordings people picked, sent to the knowledge managers and dealt with by number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import count

from msgspec.structs import replace

from bot.asks import Gap, Gaps
from bot.beside import beside
from bot.desk import Desk, Notice
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.knowledge.live import Knowledge
from bot.learning.answers import said_answer
from bot.learning.curator import Curator, Decide, edited, new_answer, with_alias
from bot.learning.gaps import Group, grouped, is_for, ripe, with_all
from bot.learning.keepers import Keepers
from bot.learning.naming import named_at_start
from bot.learning.saying import Saying
from bot.lessons import Lesson, Picked
from bot.one_line import shortened
from bot.records.spans import around, monday_of
from bot.rooms.directory import Directory
from bot.store.contract import Store
from bot.store.knowledge_contract import Learning
from bot.tickets.errors import N_, TicketError
from bot.tickets.messages import Message, Place
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from faq.entries import Entry

WEEK = timedelta(days=7)
_AT = time(9)  # on Mondays, in the bot's zone
_LATE = timedelta(days=2)  # after a longer absence the next Monday is soon enough
_MOST_GAPS = 5
_MOST_PICKS = 4  # together at most nine: a number is one digit
_MOST_REVIEWS = 5
_SHOWN = 24


class Weekly:
    """Sends the list, and turns the knowledge manager's answers into knowledge."""

    def __init__(
        self,
        *,
        desk: Desk,
        drafts: Drafts,
        directory: Directory,
        store: Store,
        rules: Rules,
        knowledge: Knowledge,
        curator: Curator,
        keepers: Keepers,
        saying: Saying,
    ) -> None:
        self._desk = desk
        self._drafts = drafts
        self._directory = directory
        self._store = store
        self._rules = rules
        self._knowledge = knowledge
        self._curator = curator
        self._keepers = keepers
        self._saying = saying
        self._done: datetime | None = None  # the latest Monday that was dealt with

    def next_at(self, now: datetime) -> datetime | None:
        """Return when the next list is due; None where nobody wants one."""
        if not self._keepers.are_named:
            return None
        monday, following = self._mondays(now)
        is_open = self._done != monday and now - monday <= _LATE
        return monday if is_open else following

    async def tick(self, now: datetime) -> None:
        """Send the list when it is due, once a week however many processes there are; what the store refused is told with the next tick."""
        if not self._keepers.are_named:
            return
        monday, _ = self._mondays(now)
        if self._done == monday or now - monday > _LATE:
            return
        for person in self._keepers.people:
            notice = await self._notice_for(person.id, now)
            if notice is not None:
                await self._desk.tell(
                    [notice], f"weekly|{monday.astimezone(self._rules.zone).date()}|{person.id}", now
                )
        self._done = monday

    async def show(self, hearing: Hearing) -> None:
        """Answer with the list as it is now; whoever asked may deal with it where they asked."""
        found = await self._list(self._drafts.speaker(hearing.origin.language, hearing.now))
        if found is None:
            await self._saying.say(hearing, N_("近一周的问题都答上了。"))
            return
        text, about = found
        await self._desk.answer([Message(to=Place.ASKER, text=text, about=about)], hearing.origin)

    async def chosen(self, hearing: Hearing, about: Gaps, number: int) -> None:
        """Deal with one item of the list: a wording is taken as it is, an unanswered question asks for its answer."""
        if not 1 <= number <= len(about.groups):
            return
        waiting = await self._waiting(hearing, about.groups[number - 1])
        if not waiting:
            return
        matter = waiting[0].matter
        if isinstance(matter, Picked):
            entry = await self._taken(
                hearing, waiting, with_alias(matter.entry, matter.wording), N_("相似问法")
            )
            await self._saying.say(
                hearing, N_("已加：“{wording}”→{entry}。"), wording=matter.wording, entry=entry.id
            )
            return
        group = (await beside(grouped, waiting))[0]
        text = self._saying.speaker(hearing).say(
            "“{question}”（{count} 次）：直接回答案，马上上线（范围：{scope}）；已有的写编号（如 K-102）；不要回 0。",
            question=shortened(group.question, _SHOWN * 2),
            count=len(waiting),
            scope=self._saying.scope(group.customer),
        )
        ask = Gap(lessons=tuple(lesson.id for lesson in waiting))
        await self._desk.answer([Message(to=Place.ASKER, text=text, about=ask)], hearing.origin)

    async def told(self, hearing: Hearing, about: Gap) -> None:
        """Take an answer, or the id of the entry that has it."""
        waiting = await self._waiting(hearing, about.lessons)
        if not waiting:
            return
        group = (await beside(grouped, waiting))[0]
        named = self._named(hearing.text)
        if named is not None:
            self._check_scope(named, group)
            entry = await self._taken(hearing, waiting, edited(named, with_all(group)), N_("相似问法"))
            await self._saying.say(
                hearing, N_("已加：“{wording}”→{entry}。"), wording=group.question, entry=entry.id
            )
            return
        answer = said_answer(hearing.text)
        if answer is None:
            says = N_("这句不像答案，没有上线。真是答案请回“答案 …”，现在不写就不用管，不再列出回 0。")
            text = self._saying.speaker(hearing).say(says)
            await self._desk.answer([Message(to=Place.ASKER, text=text, about=about)], hearing.origin)
            return
        made = new_answer(group.question, group.others, answer, group.customer, owner=hearing.by.id)
        entry = await self._taken(hearing, waiting, made, N_("没答上的问题"))
        await self._saying.live(hearing, entry)

    async def dropped(self, hearing: Hearing, about: Gap) -> None:
        """Leave a question without an answer for good."""
        waiting = await self._waiting(hearing, about.lessons)
        if not waiting:
            return
        closed = tuple(replace(lesson, outcome="dropped") for lesson in waiting)
        await self._store.learn(Learning(at=hearing.now, lessons=closed))
        await self._saying.say(hearing, N_("好，这个问题不再列出。"))

    async def _waiting(self, hearing: Hearing, ids: Sequence[str]) -> list[Lesson]:
        """Return those of some lessons that nobody has decided; where none is left, say so."""
        lessons = [lesson for id_ in ids if (lesson := await self._store.lesson(id_))]
        waiting = [lesson for lesson in lessons if not lesson.outcome]
        if not waiting:
            await self._saying.say(hearing, N_("这一条已经处理过了。"))
        return waiting

    async def _taken(self, hearing: Hearing, lessons: list[Lesson], decide: Decide, why: str) -> Entry:
        closed = [replace(lesson, outcome="taken") for lesson in lessons]
        return await self._curator.change(
            decide, by=hearing.by.name, why=why, now=hearing.now, lessons=closed
        )

    async def _notice_for(self, person: str, now: datetime) -> Notice | None:
        party = self._rules.staff.get(person)
        address = self._directory.private_address(party, "") if party else None
        if party is None or address is None:
            return None
        found = await self._list(self._drafts.speaker(self._directory.language_at(address), now))
        if found is None:
            return None
        text, about = found
        account = self._directory.account(party, address.partition(":")[0], address) or ""
        return Notice(Message(to=party, text=text, about=about), address, asked=account)

    async def _list(self, speaker: Speaker) -> tuple[str, Gaps] | None:
        """Return the list and what its numbers mean; None when there is nothing to say."""
        since = speaker.now - WEEK
        missed = await self._store.lessons("Missed", since=since)
        groups = (await beside(grouped, missed))[:_MOST_GAPS]
        picks = ripe(await self._store.lessons("Picked"))[:_MOST_PICKS]
        reviews = await beside(self._to_review, speaker)
        numbers = count(1)
        lines = []
        if groups:
            items = (_gap_item(next(numbers), group, speaker) for group in groups)
            lines.append(speaker.say("没答上：{items}", items=speaker.say("　").join(items)))
        if picks:
            picked = (_pick_item(next(numbers), matter, speaker) for _, matter in picks)
            lines.append(speaker.say("当成相似问法：{items}", items=speaker.say("　").join(picked)))
        if reviews:
            lines.append(
                speaker.say(
                    "该复核了：{entries}。还对回“复核 {first}”，不对回“改 {first} 新答案”。",
                    entries=speaker.say("　").join(
                        f"{each.id} {shortened(each.question, _SHOWN)}" for each in reviews
                    ),
                    first=reviews[0].id,
                )
            )
        if not lines:
            return None
        head = (
            speaker.say("📚 近一周的知识，回数字处理：")
            if groups or picks
            else speaker.say("📚 近一周的知识：")
        )
        about = Gaps(groups=(*(group.lessons for group in groups), *((lesson.id,) for lesson, _ in picks)))
        return "\n".join([head, *lines]), about

    def _to_review(self, speaker: Speaker) -> list[Entry]:
        today = speaker.now.astimezone(speaker.zone).date()
        due = [
            entry
            for entry in self._knowledge.entries()
            if entry.is_enabled and entry.review_on is not None and entry.review_on <= today
        ]
        return due[:_MOST_REVIEWS]

    def _named(self, text: str) -> str | None:
        named = named_at_start(text, self._knowledge.stored)
        if named is None or named[1]:
            return None
        id_, _ = named
        if self._knowledge.stored(id_) is None:
            raise TicketError(N_("没有 {entry} 这一条。找编号：查 关键词"), entry=id_)
        return id_

    def _check_scope(self, id_: str, group: Group) -> None:
        """Refuse an entry that none of those who asked may be given."""
        entry = self._knowledge.stored(id_)
        if entry is None or is_for(entry, group):
            return
        raise TicketError(
            N_("{entry} 只给 {scope} 用，问的是别的客户。直接回答案，或先“设为通用 {entry}”。"),
            entry=id_,
            scope=self._saying.scope(entry.customer),
        )

    def _mondays(self, now: datetime) -> tuple[datetime, datetime]:
        day = now.astimezone(self._rules.zone).date()
        return around(now, monday_of(day), _AT, WEEK, self._rules.zone)


def _gap_item(number: int, group: Group, speaker: Speaker) -> str:
    return speaker.say(
        "{number} {question}（{count} 次）",
        number=number,
        question=shortened(group.question, _SHOWN),
        count=group.count,
    )


def _pick_item(number: int, matter: Picked, speaker: Speaker) -> str:
    return speaker.say(
        "{number} {wording}→{entry}（{count} 次）",
        number=number,
        wording=shortened(matter.wording, _SHOWN),
        entry=matter.entry,
        count=matter.picked,
    )
