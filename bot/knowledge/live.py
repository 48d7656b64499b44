"""The knowledge base as the running bot has it: read from the store, matched in memory, brought up to date change by change."""

from __future__ import annotations

from asyncio import Lock, sleep, to_thread
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from adapters.remembered import RememberedValues
from bot.beside import RESTS, Unhurried, beside, let_go
from bot.knowledge.kept_index import KeptIndex
from bot.knowledge.understanding import Understanding
from bot.knowledge.validity import A_DAY, Turns
from bot.store.contract import Store
from bot.store.knowledge_contract import Uses
from faq.knowledge import Entry, Hit, KnowledgeBase, Verdict, judge, read_tables
from faq.popularity import by_popularity
from faq.thresholds import OwnQuestion, asked_itself, for_chatter, own_answer_at

_OFTEN = 256  # texts that were matched lately: people say what others say, and forward it from group to group
_FEW = 500  # entries that a day to which nobody looked ahead puts into the index at once
# Phrasings taken over, or held against a text, before others have their turn: a millisecond or two.
_SLICE, _LARGE = 20, 2_000  # from so many phrasings on a question is worked out in slices too


class Thresholds(msgspec.Struct, frozen=True):
    """From which probability on an entry is given as the answer, or offered as a candidate."""

    answer_at: float
    suggest_at: float
    is_own: bool = True  # a base with many wordings finds its own in the place of `answer_at`


def wanted_of(uses: Sequence[Uses]) -> dict[str, int]:
    """Return how often each entry was given and not said to be no help."""
    return {each.entry: max(0, each.given - each.failed) for each in uses}


class Knowledge:
    """Answers questions from the entries of the store.

    `refresh` takes over what anybody changed since, in this process or in another one. An entry outside its dates is kept but not found;
    what begins tomorrow stands in the index already and rests, so that a new day costs nothing at its first question.
    """

    def __init__(
        self,
        store: Store,
        thresholds: Thresholds,
        zone: ZoneInfo,
        *,
        understanding: Understanding | None = None,
        index: KeptIndex | None = None,
        rests: float = RESTS,
    ) -> None:
        self.understanding = understanding  # None: sentences are not compared by their meaning
        self._rests = rests  # how long what nobody waits for lets others be
        self._index = index  # None: nothing is kept of it
        self._store = store
        self.thresholds = thresholds
        self._zone = zone
        self._base = KnowledgeBase()
        self._lately = RememberedValues[tuple[int, str, str, float], list[Hit] | None](_OFTEN)
        self._answer_at: float | None = None  # found by `ask_itself`
        self._asked = -1  # the version that was asked
        self._entries: dict[str, Entry] = {}
        self._ids: list[str] = []  # in order: sorting all of them takes long where they are many
        self._turns = Turns()
        self._behind: set[str] = set()  # those that the index should have and has not, or the other way round
        self._version = 0
        self._day = date.min
        self._taking_over = Lock()
        self.wanted: dict[str, int] = {}  # how often each entry was given and not refused, as of this morning
        self._counted_on = date.min

    @property
    def base(self) -> KnowledgeBase:
        """What is matched now, to look into."""
        return self._base

    @property
    def answer_at(self) -> float:
        """From which probability on a question is answered: the knowledge's own threshold where it found one."""
        return self._answer_at or self.thresholds.answer_at

    @property
    def day(self) -> date:
        """The day for which entries are found, in the bot's zone."""
        return self._day

    @property
    def version(self) -> int:
        """The version of the store that was read last; what is decided on these entries expects it."""
        return self._version

    async def load(self, now: datetime) -> int:
        """Read all entries and return how many there are."""
        # The version first: what is changed while the entries are read is then read once more.
        self._version = await self._store.knowledge_version()
        self._entries = {entry.id: entry for entry in await self._store.entries()}
        self._ids = sorted(self._entries)
        self._turns, self._behind = Turns(self._entries.values()), set()
        self._day = self._today(now)
        sentences = self.understanding.sentences() if self.understanding is not None else None
        found = [self._as_found(entry) for entry in self._entries.values()]
        if self._index is not None:
            self._base = self._index.read(found, sentences)
        else:
            self._base = KnowledgeBase(found, sentences=sentences)
        self._base.rest(each.id for each in found if each.is_enabled and not each.holds_on(self._day))
        self._lately.clear()  # the new base counts its changes anew
        await self.count(now)
        return len(self._entries)

    async def understand(self) -> int:
        """Let what is new have its meaning; return how many phrasings that were. Until then they are found without it."""
        if self.understanding is None or self._base.sentences is None:
            return 0
        sentences = self._base.sentences
        done = await self.understanding.work(sentences)
        while await to_thread(sentences.look_around):
            pass
        return done

    async def make_ready(self) -> None:
        """Read the tables of the language, beside the event loop, before the first question needs them."""
        await beside(read_tables)

    async def read_ahead(self) -> None:
        """Read what nobody has asked for yet, in slices, so that the first question about it is as quick as the next."""
        unhurried = Unhurried(self._rests)
        for _ in self._base.read_ahead():
            await unhurried.rest()

    async def keep_index(self) -> bool:
        """Save the index where it is so large that the next start is quicker by it; return whether it was saved now."""
        return self._index is not None and await self._index.keep(self._base)

    async def count(self, now: datetime) -> None:
        """Know anew once a day which entries people want: an order that changes while they ask would confuse them."""
        today = self._today(now)
        if self._counted_on != today:
            self.wanted = wanted_of(await self._store.uses())
            self._counted_on = today

    async def refresh(self, now: datetime) -> bool:
        """Take over what was changed since; False when nothing was. Cheap enough to be called all the time."""
        self._turn(now)
        await self.count(now)
        async with self._taking_over:
            await self._catch_up()
            if await self._store.knowledge_version() == self._version:
                return False
            changes = await self._store.entry_changes(self._version)
            latest = {change.id: change.entry for change in changes}
            done = 0
            for id_, entry in latest.items():
                done += self._take_over(id_, entry)
                if done >= _SLICE:
                    done = 0
                    await sleep(0)
            self._version = max((change.version for change in changes), default=self._version)
            if len(changes) > _SLICE:
                await beside(let_go, changes)
            return True

    def _take_over(self, id_: str, entry: Entry | None) -> int:
        """Know the form an entry has now, None for none; return how many phrasings that is about."""
        before = self._entries.pop(id_, None)
        if before is not None:
            self._turns.forget(before)
        if entry is None:
            self._base.remove(id_)
        else:
            self._entries[id_] = entry
            self._turns.note(entry)
            self._put(entry)
        if (before is None) != (entry is None):
            place = bisect_left(self._ids, id_)
            self._ids[place : place + (entry is None)] = [id_] if entry is not None else []
        return sum(1 + len(each.aliases) for each in (before, entry) if each is not None)

    def entry(self, id_: str, now: datetime) -> Entry | None:
        """Return an entry that is in use now, or None."""
        self._turn(now)
        entry = self._entries.get(id_)
        return entry if entry is not None and entry.holds_on(self._day) else None

    def stored(self, id_: str) -> Entry | None:
        """Return an entry, in use or not, or None."""
        return self._entries.get(id_)

    def entries(self) -> list[Entry]:
        """Return all entries by id, those that are not in use too; may be called in a thread."""
        return [entry for id_ in self._ids.copy() if (entry := self._entries.get(id_)) is not None]

    def by_id(self) -> dict[str, Entry]:
        """Return all entries as they are now, to go over them in a thread."""
        return self._entries.copy()

    async def hear(self, text: str, customer: str = "", *, is_asked: bool = True) -> None:
        """Work out what is slow of `find`, beside the event loop or in slices, so that it holds up nobody.

        What a text means is left out where that is not wanted or cannot be had. Few of what nobody asks is like anything, so where there
        is much of it most goes without.
        """
        sentences = self._base.sentences
        if self.understanding is not None and sentences is not None and sentences.can_compare:
            asked = self._base.asked(text)
            vector = (
                None if sentences.can_ask(asked) else await self.understanding.of(asked, is_asked=is_asked)
            )
            if vector is not None or sentences.can_ask(asked):
                await to_thread(self._base.hear, text, vector)
        if len(self._base.index) >= _LARGE:
            at_least = self._at_least(is_asked=is_asked)
            for _ in self._base.looked_up(
                text, customer=customer or None, at_least=at_least, is_read=is_asked
            ):
                await sleep(0)

    def find(self, text: str, customer: str, now: datetime, *, is_asked: bool = True) -> list[Hit]:
        """Return the entries that may answer a text for a customer, best first.

        What nobody asked is not weighed where no entry can be sure enough for `judge`, and so finds nothing.
        """
        self._turn(now)
        found = self._matched(text, customer, self._at_least(is_asked=is_asked))
        return by_popularity(found, self.wanted)

    def _at_least(self, *, is_asked: bool) -> float:
        """Return how likely an entry must be to be worth weighing."""
        return 0.0 if is_asked else for_chatter(self.answer_at)

    def _matched(self, text: str, customer: str, at_least: float) -> list[Hit]:
        if self._base.sentences is not None:  # more may be known of what sentences mean the next time
            return self._base.match(text, customer=customer or None, at_least=at_least)
        key = self._base.changes, text, customer, at_least
        hits = self._lately.get(key, None)
        if hits is None:
            hits = self._base.match(text, customer=customer or None, at_least=at_least)
            self._lately.note(key, hits)
        return hits.copy()

    async def close(self) -> None:
        """Let go of what works out meanings."""
        if self.understanding is not None:
            await self.understanding.close()

    async def ask_itself(self) -> float | None:
        """Find by its own questions from which probability on to answer, in slices; None when nothing has changed since."""
        if self._asked == self._version or not self.thresholds.is_own:
            return None
        version, asked, unhurried = self._version, list[OwnQuestion](), Unhurried(self._rests)
        for question in asked_itself(self._base):
            if question is not None:
                asked.append(question)
            await unhurried.rest()
        self._asked = version
        self._answer_at = own_answer_at(asked, self.thresholds.answer_at)
        return self._answer_at

    def judge(self, hits: list[Hit], *, is_asked: bool = True, is_surely: bool = True) -> Verdict:
        """Return whether to answer, to offer candidates, or neither; what nobody asked is answered only when it is surer still."""
        answer_at = self.answer_at
        return judge(
            hits,
            answer_at=answer_at if is_asked else for_chatter(answer_at),
            suggest_at=self.suggest_at(is_surely=is_surely),
        )

    def verdicts(
        self, texts: Iterable[str], customer: str, now: datetime, *, is_surely: bool
    ) -> list[Verdict]:
        """Return what is to be said to each of several texts."""
        return [self.judge(self.find(text, customer, now), is_surely=is_surely) for text in texts]

    def suggest_at(self, *, is_surely: bool) -> float:
        """Return from which probability on candidates are offered.

        `is_surely`: the bot is asked, or told of a trouble. What anybody may have been asked (`有人在办公室吗`) must come half way up
        to an answer.
        """
        least = self.thresholds.suggest_at
        return least if is_surely else max(least, (least + self.answer_at) / 2)

    def _turn(self, now: datetime) -> None:
        """Begin a new day: what ended with the one before is not found any more, what begins is.

        Only where days were skipped something may be missing in the index; few such entries are put there at once.
        """
        before, today = self._day, self._today(now)
        if before == today:
            return
        self._day = today
        turning = [self._entries[id_] for id_ in self._turns.after(before, today)]
        self._base.rest(entry.id for entry in turning if not entry.holds_on(today))
        beginning = [entry for entry in turning if entry.holds_on(today)]
        self._base.wake(entry.id for entry in beginning)
        missing = [entry for entry in beginning if self._is_behind(entry)]
        for entry in missing if len(missing) <= _FEW else ():
            self._put(entry)
        self._behind |= {entry.id for entry in turning} | self._turns.after(today, today + A_DAY)

    async def _catch_up(self) -> None:
        """Put what begins tomorrow into the index and take out what is over, in slices."""
        done = 0
        while self._behind:
            entry = self._entries.get(self._behind.pop())  # it may be gone meanwhile
            if entry is not None and self._is_behind(entry):
                self._put(entry)
                done += 1 + len(entry.aliases)
            if done >= _SLICE:
                done = 0
                await sleep(0)

    def _is_behind(self, entry: Entry) -> bool:
        known = self._base.get(entry.id)
        return known is None or known.is_enabled != self._as_found(entry).is_enabled

    def _put(self, entry: Entry) -> None:
        """Have an entry in the index, or out of it, as is right today."""
        self._base.put(self._as_found(entry))
        if not entry.holds_on(self._day):
            self._base.rest((entry.id,))

    def _today(self, now: datetime) -> date:
        return now.astimezone(self._zone).date()

    def _as_found(self, entry: Entry) -> Entry:
        """Return an entry as the index has it: what is in use neither today nor tomorrow is not looked for."""
        is_near = entry.holds_on(self._day) or entry.holds_on(self._day + A_DAY)
        return entry if is_near else replace(entry, is_enabled=False)
