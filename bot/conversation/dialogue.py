"""Short words with a meaning from before: numbers, scores, thanks, and what is said about a quoted message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from bot.asks import (
    Afterthought,
    Agree,
    Answered,
    Ask,
    Check,
    Choices,
    DayDraft,
    Describe,
    Details,
    Gap,
    Gaps,
    Joining,
    Menu,
    Needed,
    Offer,
    Progress,
    Rating,
    Remote,
    Suggestion,
    Times,
)
from bot.conversation.answering import Answering
from bot.conversation.checking import Checking
from bot.conversation.choosing import Choosing
from bot.conversation.finding import is_of
from bot.conversation.meanings import (
    SOON_SECONDS,
    asked_of,
    fresh,
    in_words,
    is_left_unsaid,
    is_said_again,
    is_tapped_twice,
    is_two,
    left_behind,
    offered,
    says_not_helped,
    still_fails,
    told_about,
    what_fails,
)
from bot.conversation.not_an_answer import NotAnAnswer
from bot.conversation.open_questions import OpenQuestions
from bot.conversation.opening import Opening
from bot.conversation.resulting import Resulting
from bot.conversation.tellings import addition, supplement
from bot.conversation.visiting import Visiting
from bot.desk import Desk
from bot.hearing import Hearing, closing, part_of, restated
from bot.learning.noting import Noting
from bot.learning.weekly import Weekly
from bot.meaning.deciding import is_of_other_bot
from bot.meaning.leading_numbers import without_number
from bot.meaning.moments import is_day, moment_near
from bot.meaning.outcomes import is_in_doubt, thanked_besides
from bot.meaning.short_answers import (
    agreed,
    choice,
    does_not_suit,
    one_score,
    only_promises,
    says_broken,
    scores,
)
from bot.meaning.wishes import Wish, is_pressing, wish
from bot.store.contract import ClosedAsk, Store
from bot.talk import Talk
from bot.tickets import site_steps as ss
from bot.tickets import steps as s
from bot.tickets.kinds import Kind, SurveyState
from bot.tickets.rules import Rules
from faq.text import is_helped, is_noise, is_thanks, looks_like_question, looks_like_trouble, only_calls_out

_CHOICES = (Menu, Offer, Answered, Check, Agree, Remote, Times, Choices, Suggestion, Gaps, Gap, Joining)
_WAITING = (SurveyState.ASKED, SurveyState.REMINDED)
_AGREEABLE = " 吧啊呀哈可以行都的好，,。.!！~～"  # around a day
_ASKS_HOW = re.compile(
    r"(?:在|到|去)?(?:哪里?|怎么|如何|咋)(?:报修?|报障|说|写|填|弄)(?:啊|呀|呢)?[\s?？。~～]*"
)  # 在哪里报
_SUBMITTED = re.compile(r"(?:提交|submit)(?:[\s,，:：]+(?P<own>.+))?[。.]?", re.IGNORECASE | re.DOTALL)


class Dialogue:
    """Finds the question that a short word answers, and does what the answer asks for."""

    def __init__(
        self,
        *,
        desk: Desk,
        store: Store,
        rules: Rules,
        answering: Answering,
        opening: Opening,
        choosing: Choosing,
        noting: Noting,
        weekly: Weekly,
        visits: Visiting,
        talk: Talk,
        checking: Checking,
        resulting: Resulting,
    ) -> None:
        self._desk = desk
        self._store = store
        self._rules = rules
        self._answering = answering
        self._opening = opening
        self._noting = noting
        self._weekly = weekly
        self._visits = visits
        self._talk = talk
        self._checking = checking
        self._resulting = resulting
        self._questions = OpenQuestions(store)
        self._choosing = choosing

    async def reply(self, hearing: Hearing, quoted: Ask | None) -> Hearing | NotAnAnswer | None:
        """Handle a text that answers an open question; return the command that was accepted, as if it had been said.

        `NotAnAnswer` comes back when it answers none, so that it means something else.
        """
        if quoted is not None and isinstance(quoted.about, Afterthought):
            quoted = None  # a card that asks nothing
        if await self._checking.corrected(hearing):
            return None
        asks = await self._questions.of(hearing, quoted)
        if not asks:
            if is_left_unsaid(hearing.text) and not is_helped(hearing.text):
                return None
            return NotAnAnswer()
        if is_said_again(hearing, asks):
            return None
        text = hearing.text
        rated = scores(text)
        rating = next((ask for ask in asks if isinstance(ask.about, Rating)), None)
        chosen = choice(text)
        choices = [ask for ask in asks if isinstance(ask.about, _CHOICES)]
        is_last = rating is not None and all(ask.asked_at < rating.asked_at for ask in choices)
        if rating is not None and is_last and quoted is None and is_tapped_twice(hearing, rating):
            return None
        failing = what_fails(text)
        if failing and rating is not None and isinstance(rating.about, Rating):
            await self._desk.take(rating.about.ticket, s.Reopen(hearing.by, failing), hearing.origin)
            return None
        if rating is not None and rated is not None and not (chosen and choices and not is_two(text)):
            await self._rate(hearing, rating, s.Rate(hearing.by, rated[0], rated[1], rated[2]))
            return None
        check = next((ask for ask in choices if isinstance(ask.about, Check)), None)
        if (
            rating is None
            and check is not None
            and chosen is None
            and await self._checking.graded(hearing, check)
        ):
            return None
        if chosen is not None and choices:
            return await self._choosing.chosen(hearing, choices[0], *chosen)
        score = one_score(text)
        if rating is not None and score is not None:
            await self._rate(hearing, rating, s.Rate(hearing.by, score[0], score[0], score[1]))
            return None
        if chosen is not None and not chosen[1]:
            return None  # a bare number that nobody asked this person for, or asks any more
        checks = [ask for ask in choices if isinstance(ask.about, Check)]
        if checks and (rest := await self._checking.said(hearing, checks)) is not None:
            if rest:
                return NotAnAnswer(rest=rest)
            return None
        is_told = not hearing.mentions and (
            quoted is not None or hearing.is_addressed or self._is_next(hearing, choices)
        )
        if checks and is_told and await self._checking.told(hearing, checks):
            return None
        if checks and is_in_doubt(text) and self._is_next(hearing, choices) and not hearing.mentions:
            await self._checking.in_doubt(hearing, checks[0])
            return None
        said = in_words(hearing, choices[0], is_quoted=quoted is not None) if choices else None
        if said is not None and not (said and await self._is_overtaken(hearing, choices[0], quoted)):
            return await self._choosing.chosen(hearing, choices[0], said, "")
        if choices and self._is_pressed(hearing, choices[0]):
            return await self._choosing.chosen(hearing, choices[0], 1, text)
        is_to_bot = quoted is not None or hearing.is_addressed or self._is_next(hearing, choices)
        # Customers who speak of something else in between take nobody's 没解决 away; staff may have asked for it.
        is_to_bot = is_to_bot or (says_not_helped(text) and self._talk.last_staff(hearing) is None)
        if is_to_bot and choices and (still := still_fails(hearing, choices[0])) is not None:
            return await self._choosing.chosen(hearing, choices[0], *still)
        if any(isinstance(ask.about, Answered) for ask in choices) and (more := thanked_besides(text)):
            thanks, rest = more
            await self._thanked(replace(part_of(hearing, 1), text=thanks), asks)
            return NotAnAnswer(rest=rest)
        if await self._resulting.told(hearing, asks):
            return None
        if (whole := self._resulting.rest(hearing, asks)) is not None:
            return whole
        begun = fresh(asks) or asked_of(asks)
        is_answered = any(isinstance(ask.about, Answered) for ask in asks)
        is_left = is_answered or not is_helped(text)  # 好了 may be said to staff, of an open ticket
        if is_thanks(text) and is_left and not (begun and wish(text) is Wish.NO_MORE):
            await self._thanked(hearing, asks)
            return None
        if not is_noise(text) and await self._told(hearing, asks):
            return None
        if rating is not None and await self._is_remark(hearing, rating, quoted):
            await self._rate(hearing, rating, s.Comment(hearing.by, text))
            return None
        left = left_behind(hearing, asks)
        return NotAnAnswer(
            left, fresh(asks), told_about(hearing, asks), asked_of(asks), offered=offered(hearing, asks)
        )

    async def taken_up(self, hearing: Hearing, *, is_urgent: bool = False) -> bool:
        """Open the ticket for what somebody just asked, because they ask for a person, or say 紧急; False when they asked nothing."""
        asks = await self._questions.of(hearing, None)
        found = ((ask, ask.about) for ask in asks if isinstance(ask.about, Menu | Offer | Answered))
        ask, about = next(found, (None, None))
        if ask is None or about is None or hearing.customer_room is None:
            return False
        own = await self._store.tickets_of(hearing.origin.account)
        if any(each.opened_at >= ask.asked_at and is_of(each, hearing.customer_room) for each in own):
            return False  # what they have reported since is what they speak of
        if is_urgent:
            closed = closing(hearing, ClosedAsk(ask.id, "urgent"))
            await self._opening.reported(closed, about.question, is_urgent=True)
        else:
            await self._choosing.chosen(hearing, ask, 0 if isinstance(about, Menu) else 1, "")
        return True

    async def needed(self, hearing: Hearing) -> int | None:
        """Return the ticket that waits for something of whoever speaks, the latest asked for, or was just opened for them."""
        asks = await self._questions.of(hearing, None)
        waiting = (ask.about.ticket for ask in asks if isinstance(ask.about, Needed | Details))
        return next(waiting, fresh(asks))

    async def _rate(self, hearing: Hearing, ask: Ask, step: s.Rate | s.Comment) -> None:
        if isinstance(ask.about, Rating):
            rated = closing(hearing, ClosedAsk(ask.id, "rated")) if isinstance(step, s.Rate) else hearing
            await self._desk.take(ask.about.ticket, step, rated.origin)

    async def _is_overtaken(self, hearing: Hearing, ask: Ask, quoted: Ask | None) -> bool:
        """Say whether the bot has told whoever agrees about another ticket of theirs since it offered one."""
        if quoted is not None or not isinstance(ask.about, Offer):
            return False
        own = await self._store.tickets_of(hearing.origin.account)
        return any(each.changed_at is not None and each.changed_at > ask.asked_at for each in own)

    def _is_pressed(self, hearing: Hearing, ask: Ask) -> bool:
        """Say whether somebody says that it is urgent, or calls the bot with an outage, after they were offered a ticket: that is a yes."""
        if not isinstance(ask.about, Offer) or looks_like_question(hearing.text) or hearing.mentions:
            return False
        if is_pressing(hearing.text) and (hearing.is_addressed or self._is_next(hearing, [ask])):
            return True  # 急，八点考试
        if not hearing.is_addressed:
            return False
        said = (hearing.text, ask.about.question)
        return all(self._answering.is_urgent(restated(hearing, each)) for each in said)

    def _is_next(self, hearing: Hearing, asks: list[Ask]) -> bool:
        """Say whether nobody else has spoken since the question: colleagues give advice that is answered too."""
        return bool(asks) and self._talk.is_quiet(hearing, asks[0].asked_at)

    async def _thanked(self, hearing: Hearing, asks: list[Ask]) -> None:
        """Thanks change nothing, but right after an answer they say that it helped."""
        answered = next((ask for ask in asks if isinstance(ask.about, Answered)), None)
        if answered is not None:
            outcome = "helped" if is_helped(hearing.text) else "thanked"
            is_new = await self._desk.answer([], closing(hearing, ClosedAsk(answered.id, outcome)).origin)
            if is_new and outcome == "helped" and isinstance(answered.about, Answered):
                await self._noting.helped(answered.about.entry, hearing.now)

    async def _told(self, hearing: Hearing, asks: list[Ask]) -> bool:
        """Take a text as the details, the report or the progress that was asked for; False when none was."""
        is_of_others = is_of_other_bot(hearing.text) and not looks_like_trouble(hearing.text)
        if is_of_others and not hearing.is_addressed:
            return False
        is_off = wish(hearing.text) is Wish.NO_MORE
        for ask in asks:
            told = closing(hearing, ClosedAsk(ask.id, "told"))
            match ask.about:
                case Details() | Needed() if is_off:
                    continue  # 不用了，好了 gives nothing
                case Details(ticket=number) if not hearing.is_addressed:
                    await self._desk.take(number, s.Supplement(hearing.by, hearing.text), told.origin)
                    return True
                case Needed(ticket=number) if not hearing.is_addressed:
                    is_soon = (hearing.now - ask.asked_at).total_seconds() <= SOON_SECONDS
                    if await self._checking.is_of_another(hearing, number):
                        continue  # 打印机好了, of the projector about which something was asked
                    brought = supplement(hearing.by, hearing.text)
                    if is_soon and brought.is_promise:  # 序列号在哪里看？
                        brought = addition(hearing.by, hearing.text, hearing.now, self._rules.zone)
                    await self._desk.take(number, brought, hearing.origin)
                    return True
                case Times(ticket=number, times=times) if at := moment_near(
                    hearing.text, times, hearing.now, self._rules.zone
                ):
                    if does_not_suit(at[1]):
                        await self._visits.ask_again(hearing, number)
                    else:
                        await self._visits.pick(number, hearing, at[0], told)
                    return True
                case Times(ticket=number) if is_day(hearing.text.strip(_AGREEABLE)):
                    await self._visits.ask_again(hearing, number)  # 后天吧: at what time?
                    return True
                case DayDraft(ticket=number, text=draft) if found := _SUBMITTED.fullmatch(
                    hearing.text.strip()
                ):
                    report = ss.ReportDay(hearing.by, found["own"] or draft)
                    await self._desk.take(number, report, told.origin)
                    return True
                case Describe() if is_off or agreed(hearing.text) is False:
                    declined = closing(hearing, *_described(asks, "declined"))  # 算了
                    await self._desk.answer([], declined.origin)
                    return True
                case Describe() if only_promises(hearing.text) or only_calls_out(hearing.text):
                    continue  # 稍等, 有人吗: what is wrong comes yet
                case Describe() if _ASKS_HOW.fullmatch(hearing.text.strip()):
                    await self._opening.described(told)
                    return True
                case Describe(is_urgent=is_urgent, kind=kind):
                    told = closing(hearing, *_described(asks, "told"))  # asked twice, told once
                    await self._opening.reported(
                        told, hearing.text, is_urgent=is_urgent, kind=Kind(kind or Kind.FAULT)
                    )
                    return True
                case Gap() as gap:
                    await self._weekly.told(told, gap)
                    return True
                case Progress(ticket=number) if not looks_like_question(hearing.text):
                    update = s.Update(hearing.by, without_number(number, hearing.text))
                    await self._desk.take(number, update, told.origin)
                    return True
                case _:
                    continue
        return False

    async def _is_remark(self, hearing: Hearing, rating: Ask, quoted: Ask | None) -> bool:
        if says_broken(hearing.text):
            return False
        if quoted is not None:
            return True
        ticket = await self._store.ticket(rating.about.ticket) if isinstance(rating.about, Rating) else None
        if ticket is None or ticket.survey is None or ticket.survey.state not in _WAITING:
            return False
        is_soon = (hearing.now - rating.asked_at).total_seconds() <= SOON_SECONDS
        return (
            is_soon
            and not hearing.is_addressed
            and str(ticket.number) not in hearing.text
            and not looks_like_question(hearing.text)
            and not is_noise(hearing.text)
        )


def _described(asks: Iterable[Ask], how: str) -> Iterator[ClosedAsk]:
    """Yield every question for what is wrong as closed."""
    return (ClosedAsk(each.id, how) for each in asks if isinstance(each.about, Describe))
