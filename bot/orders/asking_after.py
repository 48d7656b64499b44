"""People who ask the bot about their own ticket in their own words are told; nobody has to know a command."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.asks import Choices, Suggestion
from bot.commands import parse
from bot.conversation.finding import Finding
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.meaning.alike import share
from bot.meaning.outcomes import outcome, says_it_works
from bot.meaning.sentence import Sentence
from bot.meaning.short_answers import says_again
from bot.meaning.wishes import (
    Wish,
    asks_for_all,
    asks_how_to_report,
    asks_whether_done,
    begins_by_calling_off,
    has_waited,
    is_by_oneself,
    is_over,
    is_pressing,
    whose_nobody_came,
    wish,
)
from bot.orders.commands import Orders
from bot.tickets.kinds import Status
from bot.tickets.messages import Message, Place
from bot.tickets.model import Ticket
from bot.tickets.rules import Role, Rules
from bot.tickets.voices import title
from bot.vocabulary import Word
from faq.text import fold, looks_like_question, looks_like_trouble

_WAITED = re.compile(
    r"等|催|到底|怎么|没人|人呢|[理管]|小时|钟头|天了|waiting|nobody", re.IGNORECASE
)  # 能快点吗 may be said to anybody, where others talk
_PRESSES = re.compile(r"快|急|等|赶|紧|催|先|urgent|hurry|asap", re.IGNORECASE)
_REPORTED = re.compile(r"报的|报[修障]|工?单")  # 我昨天报的修呢
_HAS_IT_COME = Sentence(  # 主板到了没, of what a ticket waits for
    r"(?P<what>[^，。,\s]{2,10}?)(?:还没)?(?:[到来]|寄[到来]|发货?|送[到来]|修好|换好|返厂?回来)(?:货)?了?(?:没有?|吗|嘛|么)[\s?？。~～]*"
)
_SEES_NOBODY = re.compile(  # said after 已到场
    r"(?:(?:我们?|这边)?(?:根本|压根|还|都|并)*没有?(?:看|见)(?:到|着|见)?(?:有)?(?:人|师傅|工程师)|(?:人|师傅|工程师)(?:根本|压根|还|都)*没有?(?:到|来)|哪有人|(?:哪里?到了|到哪里?了))[啊呀呢啦吧,，。.!！?？~～\s]*"
)
_STILL_NOBODY = Sentence(  # likewise; before that it is no more than a wish for somebody sooner
    r"(?:现在|到现在|我们?(?:这边|这里)?)*(?:怎么|咋|为什么)?(?:还|都|一直)*(?:没有?(?:个)?(?:人|师傅|工程师)?(?:过?来|到)(?:人)?|不来)(?:我们?这[里边儿]?)?[啊呀呢啦吧,，。.!！?？~～\s]*"
)
_FAILS_AGAIN = re.compile(
    r"(?:怎么|它)?又(?:断|坏|黑屏?|灭|停|卡|掉线?|死机|花屏?|闪|挂|崩)了[啊呀啦,，。.!！~～\s]*"
)
_OF_REPAIRS = re.compile(
    r"修|[来到]|处理|弄|进展|消息|好了|怎么样|谁|多久|多长|能好"
    r"|update|news|progress|status|fixed|ready|solved|done|coming|come|on it|engineer|how (?:far|long)",
    re.IGNORECASE,
)  # 周末有人上班吗 may be asked of anybody
_NAMES = re.compile(r"(?!(?:我们?(?:班|组|校|教室|办公室|年级|学校)?里?|这边|这里|那边)*$)")
_A_NUMBER = re.compile(
    r"(?:单号?|工单|[#＃])?(\d{4,9})(?!\d)[\s:：,，、]*(?:的?(?:单子?|工单))?"
)  # 1001 怎么样了
_A_BARE_CALL = 5  # letters: 急急急！
_WORDS = {
    Wish.HOW_FAR: Word.MINE,
    Wish.SOONER: Word.URGE,
    Wish.NO_MORE: Word.WITHDRAW,
    Wish.SOMEBODY: Word.MINE,
}  # where there are several


class AskingAfter:
    """Turns a wish about one's own open ticket into the command that means the same."""

    def __init__(self, *, desk: Desk, drafts: Drafts, finding: Finding, orders: Orders, rules: Rules) -> None:
        self._rules = rules
        self._desk = desk
        self._drafts = drafts
        self._finding = finding
        self._orders = orders

    async def asked(self, hearing: Hearing, fresh: int | None) -> bool:
        """Answer a customer who asks the bot after their ticket; False when they ask something else, or have none."""
        if hearing.role.is_staff:
            return False
        room = hearing.customer_room
        answers_all = room is not None and room.answers(hearing.now) == "auto" and not hearing.mentions
        if (hearing.is_addressed or answers_all) and asks_how_to_report(hearing.text):
            return await self._run(hearing, f"/{Word.HUMAN}")  # they are asked what is wrong
        if not hearing.is_addressed:
            return False
        if asks_for_all(hearing.text):
            return await self._run(hearing, f"/{Word.MINE}")
        wished = wish(_A_NUMBER.sub("", hearing.text.strip())) or (
            Wish.SOONER if has_waited(hearing.text) else None
        )
        if wished is None:
            return await self._is_pressed_again(hearing, fresh)
        if (named := _A_NUMBER.match(hearing.text.strip())) is not None:
            ticket = await self._finding.visible(hearing, int(named[1]))
            is_open = ticket.status is Status.OPEN
            return await self._about(hearing, ticket, wished if is_open else Wish.HOW_FAR)
        own = await self._finding.mine(hearing)
        if not own and wished is Wish.SOONER and len(here := await self._spoken_for(hearing)) == 1:
            return await self._about(hearing, here[0], wished)
        if not own and (
            wished is Wish.SOMEBODY or (wished is Wish.SOONER and hearing.customer_room is not None)
        ):
            return await self._run(hearing, f"/{Word.HUMAN}")
        if wished is Wish.HOW_FAR and not own and (common := await self._finding.common(hearing)) is not None:
            return await self._about(hearing, common, wished)
        if wished is Wish.HOW_FAR and not own and _REPORTED.search(hearing.text):
            return await self._run(hearing, f"/{Word.MINE}")
        if wished is Wish.NO_MORE:
            own = [each for each in own if each.status is Status.OPEN]
        if len(own) == 1:
            return await self._about(hearing, own[0], wished)
        return bool(own) and await self._run(hearing, f"/{_WORDS[wished]}")

    async def said_aloud(
        self, hearing: Hearing, fresh: int | None, is_quiet: Callable[[Hearing], bool]
    ) -> bool:
        """Take what somebody says to nobody about their only ticket: that it takes too long, or right after the report that it is over.

        `is_quiet` says whether nobody else has spoken lately, so that 我自己搞定了 answers no colleague.
        """
        if hearing.is_addressed or hearing.role.is_staff or hearing.mentions or hearing.customer_room is None:
            return False
        may_press, may_have_waited = (each.search(hearing.text) is not None for each in (_PRESSES, _WAITED))
        waited = (may_press or may_have_waited) and has_waited(hearing.text)
        presses = may_press and (waited or is_pressing(hearing.text))
        if presses and fresh is not None:
            return await self._pressed(hearing, fresh)
        wished = wish(hearing.text)
        if wished is None and may_have_waited and waited:
            wished = Wish.SOONER
        if wished is None and presses and is_quiet(hearing):
            own = await self._finding.mine_open(hearing)
            return len(own) == 1 and await self._pressed(hearing, own[0].number)
        missing = whose_nobody_came(hearing.text) if wished is None else None
        if wished is None and asks_whether_done(hearing.text):
            wished = Wish.HOW_FAR
        found = outcome(hearing.text, (hearing.text,)) if wished is None and missing is None else None
        works = found is not None and bool(found.works) and not found.rest
        sees_nobody = _SEES_NOBODY.fullmatch(hearing.text.strip()) is not None
        is_asked = (
            wished is Wish.HOW_FAR
            and (fresh is not None or _OF_REPAIRS.search(hearing.text) is not None)
            and is_quiet(hearing)
        )
        is_wished = wished is Wish.NO_MORE or (
            wished is Wish.SOONER and (may_have_waited or is_quiet(hearing))
        )
        came = _HAS_IT_COME.fullmatch(hearing.text.strip())
        is_ours = is_wished or is_asked or sees_nobody or works or missing is not None
        if not is_ours and came is None:
            return False
        own = await self._finding.mine_open(hearing)
        waits = [each for each in own if came and each.waiting and share(came["what"], each.waiting.need)]
        if len(waits) == 1:
            return await self._about(hearing, waits[0], Wish.HOW_FAR)
        if not is_ours:
            return False
        if missing is not None:
            late = [each for each in own if share(missing, each.text)] if _NAMES.match(missing) else own
            return len(late) == 1 and await self._about(hearing, late[0], Wish.SOONER)
        if works:
            is_sure = len(own) == 1 and says_it_works(hearing.text, own[0].text, is_quiet=is_quiet(hearing))
            return is_sure and own[0].owner is None and await self._about(hearing, own[0], Wish.NO_MORE)
        if sees_nobody:  # 到哪了 is said before somebody was there, too
            if len(own) == 1 and await self._missed(hearing, own[0]):
                return True
            if not is_asked:
                return False
        is_sure = (
            wished is Wish.SOONER
            or is_over(hearing.text)
            or is_asked
            or (is_by_oneself(hearing.text) and is_quiet(hearing))
        )
        is_meant = len(own) == 1 and (is_sure or own[0].number == fresh)
        return is_meant and wished is not None and await self._about(hearing, own[0], wished)

    async def _missed(self, hearing: Hearing, ticket: Ticket) -> bool:
        """Take 没看到人 for "nobody has come" where somebody was said to be there; else it may be about anybody."""
        is_said = "arrived" in ticket.happened and "resolved" not in ticket.happened
        return is_said and await self._run(hearing, f"/{Word.NOBODY_CAME} {ticket.number}")

    async def _is_pressed_again(self, hearing: Hearing, fresh: int | None) -> bool:
        """Take 能不能现在派人, said to the bot, for the only ticket that whoever speaks has open; what they have just reported, too."""
        if hearing.customer_room is None:
            return False
        just = await self._finding.going_on(fresh) if fresh is not None else None
        if just is not None and fold(just.text) == fold(hearing.text):
            return await self._about(hearing, just, Wish.HOW_FAR)
        if not is_pressing(hearing.text) and not has_waited(hearing.text):
            return False
        own = await self._finding.mine_open(hearing) or await self._spoken_for(hearing)
        if len(own) != 1:
            return False
        is_news = await self._pressed(hearing, own[0].number)
        return is_news or await self._about(hearing, own[0], Wish.HOW_FAR)

    async def _spoken_for(self, hearing: Hearing) -> list[Ticket]:
        """Return what is open here of those for whom whoever speaks answers: a school's contact, for everybody in its group."""
        return await self._finding.open_here(hearing) if hearing.role is Role.CONTACT else []

    async def _pressed(self, hearing: Hearing, fresh: int) -> bool:
        """Call whoever owes the answer to what was just reported, once; whatever is said with it they read."""
        ticket = await self._finding.going_on(fresh)
        if ticket is None or ticket.status is not Status.OPEN:
            return False
        if await self._finding.has_just_urged(hearing, fresh):
            return False
        told = "" if len(hearing.text) <= _A_BARE_CALL else f" {hearing.text}"
        return await self._run(hearing, f"/{Word.URGE} {fresh}{told}")

    async def again(self, hearing: Hearing) -> bool:
        """Ask whoever says that something fails again, or fails when they are asked whether it works, whether they mean what was solved for
        them; False when nothing was."""
        if hearing.role.is_staff or hearing.mentions:
            return False
        fails = looks_like_trouble(hearing.text) or _FAILS_AGAIN.fullmatch(hearing.text.strip()) is not None
        if not fails or looks_like_question(hearing.text):
            return False
        old = await self._finding.solved_before(hearing)
        if old is None or not (
            says_again(hearing.text) or old.status is Status.SOLVED
        ):  # 打不出来, asked whether it works
            return False
        speaker = self._drafts.speaker(hearing.origin.language, hearing.now)
        text = speaker.say(
            "{number}（{title}）又出问题了吗？回 1 重新打开，回 2 另报新单。",
            number=old.number,
            title=title(old),
        )
        about = Choices(
            commands=(f"/{Word.REOPEN} {old.number} {hearing.text}", f"/{Word.REPORT} {hearing.text}")
        )
        message = Message(to=Place.ASKER, text=text, about=about, ticket=old.number)
        await self._desk.answer([message], hearing.origin)
        return True

    async def asked_about(self, hearing: Hearing, ticket: Ticket, said: str) -> bool:
        """Answer what a customer asks about the ticket they quote or name; False when they tell something."""
        if ticket.status is not Status.OPEN:
            return False
        wished = wish(said)
        if wished is None and (is_pressing(said) or has_waited(said)):
            return await self._pressed(hearing, ticket.number)
        if wished is None and begins_by_calling_off(said):
            wished = Wish.NO_MORE
        return wished is not None and await self._about(hearing, ticket, wished)

    async def about_several(self, hearing: Hearing, tickets: Sequence[Ticket], wished: Wish) -> bool:
        """Answer what is wished of some of a customer's tickets that they have named by their places."""
        numbers = " ".join(str(each.number) for each in tickets)
        if wished is Wish.NO_MORE:
            return await self._ask_whether_over(hearing, tickets, numbers)
        if wished is Wish.SOONER:
            return await self._run(hearing, f"/{Word.URGE} {numbers}")
        return await self._run(
            hearing, f"/{Word.PROGRESS} {numbers}" if len(tickets) == 1 else f"/{Word.MINE}"
        )

    async def _ask_whether_over(self, hearing: Hearing, tickets: Sequence[Ticket], numbers: str) -> bool:
        say = self._drafts.speaker(hearing.origin.language, hearing.now).say
        first, *others = tickets
        text = (
            say("{numbers} 都不用处理了吗？回 1 撤单。", numbers=tuple(f"{each.number}" for each in tickets))
            if others
            else say("{number}（{title}）不用处理了吗？回 1 撤单。", number=first.number, title=title(first))
        )
        about = Suggestion(command=f"/{Word.WITHDRAW} {numbers}")
        message = Message(to=Place.ASKER, text=text, about=about, ticket=None if others else first.number)
        await self._desk.answer([message], hearing.origin)
        return True

    async def _about(self, hearing: Hearing, ticket: Ticket, wished: Wish) -> bool:
        sees_nobody = wished is Wish.SOONER and _STILL_NOBODY.fullmatch(hearing.text.strip()) is not None
        if sees_nobody and await self._missed(hearing, ticket):
            return True
        if wished is not Wish.NO_MORE or not self._rules.may_answer(ticket, hearing.by):
            others = Word.URGE if wished is Wish.SOONER else Word.PROGRESS
            word = Word.WITHDRAW if wished is Wish.NO_MORE else others  # who may not hears who can
            return await self._run(hearing, f"/{word} {ticket.number}")
        say = self._drafts.speaker(hearing.origin.language, hearing.now).say
        text = say("{number} 不用处理了吗？回 1 撤单。", number=ticket.number)
        about = Suggestion(command=f"/{Word.WITHDRAW} {ticket.number}")
        message = Message(to=Place.ASKER, text=text, about=about, ticket=ticket.number)
        await self._desk.answer([message], hearing.origin)  # asked before it is withdrawn
        return True

    async def _run(self, hearing: Hearing, text: str) -> bool:
        command = parse(text)
        return command is not None and await self._orders.run(hearing, command, None)
