"""What a short text means as the answer to an open question: pure rules, apart from whoever does what it asks for."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from bot.asks import (
    Afterthought,
    Agree,
    Answered,
    Ask,
    Check,
    Choices,
    DayDraft,
    Details,
    Menu,
    Needed,
    Offer,
    Progress,
    Rating,
    Remote,
    Rest,
    Result,
    Suggestion,
    Times,
)
from bot.hearing import Hearing
from bot.meaning.alike import share
from bot.meaning.short_answers import agreed, choice, is_none_of_them, not_yet, says_still
from bot.meaning.wishes import Wish, wish
from bot.store.contract import ClosedAsk
from bot.talk import only_calls, tells
from bot.tickets.kinds import Status
from bot.tickets.model import Ticket
from bot.vocabulary import Word
from faq.outages import says_no_more
from faq.text import fold, is_helped, is_thanks, looks_like_question, looks_like_trouble

DECLINED: Final = 0  # the choice of whoever does not want what was offered
SOON_SECONDS: Final = 600  # what is said this soon after a question is about it
MORE_SECONDS: Final = 180  # what is told this soon after a question comes with its answer (`Talk.told_since`)
_CLAUSE: Final = re.compile(r"[\s,，。;；!！]+")
_PROBLEM: Final = 2  # "2 if there is still a problem"
_MOST_OFFERED: Final = 3
_TAPPED_SECONDS: Final = 60  # a 1 this soon after the 1 that confirmed was sent twice
_LEFT: Final = "left"  # the outcome of a question whose asker said something else
_ASIDE: Final = 3  # letters: 马上, 来了 is said to somebody in passing
_NOT_HELPED = re.compile(  # said after an answer it means the same as the 1 that was offered
    r"(?:还是?|也|都)?(?:没有?|未)解决[啊呀呢了]?[。.!！~～]*|(?:试了)?还是?不行[啊呀了]?[。.!！~～]*|没用[啊呀]?[。.!！]*|(?:it )?did(?:n't| not) (?:help|work)\W*|not solved\W*",
    re.IGNORECASE,
)
_TRIED = re.compile(r"试[过了]|(?:照|按).{0,6}(?:做|弄|试|操作)|重[启装新]|\btried\b", re.IGNORECASE)
_IN_VAIN = re.compile(
    r"(?:没有?用|不管用|没有?(?:效果?|反应|变化)|不起作用|(?:还是?|也|都)?不(?:行|好使?)|(?:还是|也)(?:都)?一样|no (?:use|luck|effect)|(?:did|does)n['’]?t (?:help|work))[了啊呀的]?[。.!！~～]*$",
    re.IGNORECASE,
)
_DOES_NOT_FIT = re.compile(  # 不对，我这没有设置: said of an answer
    r"(?:[A-Za-z]{1,8}-?\d{1,9}\s*)?(?:这个?)?(?:答案|回答)?(?:不对(?!称|外|齐|等|着)|答非所问|不是(?:这个|这|我)(?:意思|问题|要?问的)|文不对题|牛头不对马嘴)|(?:我们?|这(?:边|里|儿)?)*+(?:根本|压根|就|并|也)?(?:没有|没找到|找不到|没看到|看不到)(?:这个?|你说的|那个?)?(?:按钮|选项|菜单|设置|入口|图标|页面|地方)",
)
_TOO_HARD = re.compile(  # 看不懂，来个人吧
    r"(?:我)?(?:(?:没看懂|看不懂)|不会(?:弄|操作|搞|用|设置)|弄不(?:来|懂|明白)|太(?:复杂|麻烦|难)了|找不到在哪)[啊呀了]?(?:[\s,，。]*(?:能不能|麻烦|请|还是)?(?:来|派|找|叫)个?人(?:来|过来)?(?:看看|弄|看一下)?(?:吧|一下|吗)*)?[\s。.!！~～]*"
    r"|(?:i (?:do not|don['’]t) understand|too (?:complicated|difficult)|i can['’]?t do (?:it|that))[\s.!]*",
    re.IGNORECASE,
)
_NO_GOOD = re.compile(r"^不行[了啊呀]?[,，。!！\s]+")


def left_behind(hearing: Hearing, asks: list[Ask]) -> tuple[ClosedAsk, ...]:
    """A menu is over when its asker says something else; an offer stands while they only tell more of it."""
    is_unsure = hearing.is_addressed or looks_like_trouble(hearing.text)
    tells_more = not is_unsure and tells(hearing.text)
    is_asked = not is_unsure and looks_like_question(hearing.text)  # 两点前能弄好吗: of colleagues, or of us
    is_aside = tells_more and len(fold(hearing.text)) <= _ASIDE
    if is_aside:
        return ()
    over = Menu | Choices | Suggestion if tells_more or is_asked else Menu | Offer | Choices | Suggestion
    return tuple(ClosedAsk(ask.id, _LEFT) for ask in asks if isinstance(ask.about, over))


def offered(hearing: Hearing, asks: list[Ask]) -> tuple[str, ...]:
    """Return the questions for which a ticket was offered to whoever speaks a moment ago, oldest first."""
    last = next((ask for ask in asks if isinstance(ask.about, Offer)), None)
    if last is None or not isinstance(last.about, Offer):
        return ()
    is_soon = (hearing.now - last.asked_at).total_seconds() <= SOON_SECONDS
    return (*last.about.earlier, last.about.question)[-_MOST_OFFERED:] if is_soon else ()


def words_wanted_of(ask: Ask) -> tuple[int, ...]:
    """Return the tickets of which the next words are taken, or passed on; none of other questions."""
    match ask.about:
        case Result() as result:
            return result.tickets
        case Rest(command=command):
            return tuple(int(each) for each in command.split() if each.isdecimal())
        case (
            Progress(ticket=number) | DayDraft(ticket=number) | Needed(ticket=number) | Details(ticket=number)
        ):
            return (number,)
        case _:
            return ()


def fresh(asks: list[Ask]) -> int | None:
    """Return the ticket that was opened just now."""
    return next((ask.about.ticket for ask in asks if isinstance(ask.about, Afterthought)), None)


def asked_of(asks: list[Ask]) -> int | None:
    """Return the ticket for which something was asked of whoever speaks."""
    return next((ask.about.ticket for ask in asks if isinstance(ask.about, Needed | Details)), None)


def is_said_again(hearing: Hearing, asks: list[Ask]) -> bool:
    """Say whether somebody repeats to everybody what the bot has just asked them about, or only tells more of it."""
    about = asks[0].about
    if hearing.is_addressed or not isinstance(about, Offer | Menu):
        return False
    return fold(about.question) == fold(hearing.text) or (
        isinstance(about, Offer) and _tells_more(hearing, about.question, asks[0].asked_at)
    )


def _tells_more(hearing: Hearing, question: str, asked_at: datetime) -> bool:
    """Say whether a trouble told soon after an offer is the one it is about: it begins with nothing else that fails."""
    text = hearing.text
    is_soon = (hearing.now - asked_at).total_seconds() <= MORE_SECONDS
    if not is_soon or hearing.mentions or not looks_like_trouble(text) or looks_like_question(text):
        return False
    first = _CLAUSE.split(text.strip(), 1)[0]
    return says_no_more(first, question) and "也" not in first


def still_fails(hearing: Hearing, ask: Ask) -> tuple[int, str] | None:
    """Return the choice of whoever says after an answer, or beside candidates, that it fails still, and what they say besides."""
    text = hearing.text.strip()
    is_soon = (hearing.now - ask.asked_at).total_seconds() <= SOON_SECONDS
    is_all = says_not_helped(text)
    said = _NO_GOOD.sub("", text)  # 不行，还是蓝屏
    in_vain = _TRIED.search(said) is not None and _IN_VAIN.search(said) is not None
    asked = ask.about.question if isinstance(ask.about, Answered) else ""
    is_same = looks_like_trouble(said) or share(said, asked)  # 还是空白
    fails = (
        in_vain or not_yet(said) or (says_still(said) and is_same) or _TOO_HARD.fullmatch(text) is not None
    )
    is_told = is_soon and fails and not hearing.mentions and not looks_like_question(text)
    match ask.about:
        case Offer() if is_all:
            return 1, ""
        case Answered() if (
            is_all or is_told or (is_soon and says_it_does_not_fit(text) and not hearing.mentions)
        ):
            return 1, "" if is_all else text
        case Menu() if is_soon and (is_all or is_told):
            return 0, "" if is_all else text
        case _:
            return None


def says_not_helped(text: str) -> bool:
    """Say whether a whole text is 没解决 or the like: what an answer offers, in words."""
    return _NOT_HELPED.fullmatch(text.strip()) is not None


def says_it_does_not_fit(text: str) -> bool:
    """Say whether a text begins with saying that an answer is none: `不对，我这没有设置`, `没有这个按钮`."""
    return _DOES_NOT_FIT.match(text.strip()) is not None


def told_about(hearing: Hearing, asks: list[Ask]) -> Ask | None:
    """Return the question that somebody who tells the bot more may go on about: the answer or the offer they had last."""
    last = next((ask for ask in asks if isinstance(ask.about, Answered | Offer)), None)
    is_soon = last is not None and (hearing.now - last.asked_at).total_seconds() <= SOON_SECONDS
    is_more = hearing.is_addressed and tells(hearing.text) and not hearing.mentions
    return last if is_soon and is_more else None


def in_words(hearing: Hearing, ask: Ask, *, is_quoted: bool) -> int | None:
    """Return the number that a yes, a no or "none of them" stands for, said to the bot soon after it asked."""
    is_soon = (hearing.now - ask.asked_at).total_seconds() <= SOON_SECONDS
    if isinstance(ask.about, Check) and not hearing.mentions and wish(hearing.text) is Wish.NO_MORE:
        return 1  # 就这样吧，不用管了
    if hearing.mentions or not (is_quoted or (is_soon and hearing.quotes is None)):
        return None
    yes, wished = agreed(hearing.text), wish(hearing.text)
    wants_somebody = wished is Wish.SOMEBODY or (hearing.is_addressed and only_calls(hearing.text))
    match ask.about:
        case Menu(entries=entries) if len(entries) == 1 and yes is not None:
            return 1 if yes else 0
        case Menu() if wants_somebody or is_none_of_them(hearing.text):
            return 0
        case Answered() if wants_somebody:
            return 1
        case Offer() if (
            wants_somebody or wished is Wish.SOONER or (wished is Wish.HOW_FAR and hearing.is_addressed)
        ):
            return 1  # who asks whether somebody comes wants somebody to come
        case Offer() if yes is not None and not is_helped(
            hearing.text
        ):  # 好了谢谢 may be said to an engineer
            return 1 if yes else DECLINED
        case Times(times=times) if len(times) == 1 and yes is not None:
            return 1 if yes else 2  # the number of another time
        case Suggestion() if yes:
            return 1
        case Suggestion(command=command) if wished is Wish.NO_MORE and command.startswith(
            f"/{Word.WITHDRAW}"
        ):
            return 1  # 帮我撤了
        case Agree() | Remote() if yes is not None:
            return 1 if yes else 2
        case _:
            return None


def may_check(ticket: Ticket, person: str) -> bool:
    """A further reporter may still say that it fails when the requester has said that it works."""
    is_other = ticket.account != person and any(each.account == person for each in ticket.reporters)
    return ticket.status is Status.SOLVED or (is_other and ticket.status is Status.CLOSED)


def is_left_unsaid(text: str) -> bool:
    """Say whether a text that answers nothing says nothing either: thanks, or a bare number nobody asked for."""
    chosen = choice(text)
    return is_thanks(text) if chosen is None else not chosen[1] or is_thanks(text)


def may_be_answered(quoted: Ask) -> bool:
    """Whoever quotes a question means it, however old it is, unless it was answered; about a ticket the rules know."""
    return isinstance(quoted.about, Agree | Remote | Times | Check | Rating) or quoted.outcome in ("", _LEFT)


def is_tapped_twice(hearing: Hearing, rating: Ask) -> bool:
    """Say whether the 1 that confirmed comes once more: it rates nobody."""
    is_at_once = (hearing.now - rating.asked_at).total_seconds() <= _TAPPED_SECONDS
    return is_at_once and choice(hearing.text) == (1, "")


def what_fails(text: str) -> str:
    """Return what fails still when a 2, asked for a rating, says so: `2 还是不行`; else nothing."""
    number, more = choice(text) or (0, "")
    return more if number == _PROBLEM and says_still(more) else ""


def is_two(text: str) -> bool:
    return sum(character.isdigit() for character in text[:12]) >= 2
