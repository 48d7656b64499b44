"""What is said to a text and when nothing is: the same rules for the group and for the page where they can be tried.

No answer is better than a wrong one (DESIGN decision 12).
"""

from __future__ import annotations

import re
from typing import assert_never

import msgspec

from bot.tickets.errors import N_
from faq.knowledge import Answer, Hit, Nothing, Suggest, Verdict
from faq.text import asks_who_you_are, is_noise, is_thanks, looks_like_question, looks_like_trouble

_OTHER_BOT = re.compile(r"\s*[/!！／]\s?[^\W\d_]")  # /导出, !export: commands of ours were recognised before
# "打印不出来的同学来找我登记" tells others what to do; it reports nothing.
_ANNOUNCES = re.compile(
    r"(?<!有)的(?:同学|老师|家长|同事|朋友)们?[^，。,.]{0,8}(?:请|来|找|到|联系|注意|看|加|填|登记)"
)
_A_CALL = 4  # shorter texts that ask nothing are somebody calling: 在吗, 你好


class Heard(msgspec.Struct, frozen=True):
    """A text with what decides whether it is for the bot. `answer` is how talkative the room is: auto, mentioned or off."""

    text: str
    is_addressed: bool = False
    calls_others: bool = False
    answer: str = "auto"

    @property
    def is_for_bot(self) -> bool:
        """Whether somebody asks the bot, or asks something that it may know."""
        return self.is_addressed or looks_like_trouble(self.text) or looks_like_question(self.text)


class Silent(msgspec.Struct, frozen=True):
    """Nothing is said; `why` is for the page where it can be tried."""

    why: str


class Greet(msgspec.Struct, frozen=True):
    """Somebody calls and asks nothing."""


class Give(msgspec.Struct, frozen=True):
    """The answer."""

    hit: Hit


class Candidates(msgspec.Struct, frozen=True):
    """Up to three entries by number."""

    hits: tuple[Hit, ...]


class OfferTicket(msgspec.Struct, frozen=True):
    """There is no answer; an engineer could help."""


Decision = Silent | Greet | Give | Candidates | OfferTicket


def decided_before(heard: Heard) -> Silent | Greet | None:
    """Return what is decided without looking into the knowledge; None when it must be looked into."""
    if not heard.is_addressed:
        if heard.answer != "auto":
            return Silent(N_("这个群只在 @机器人 时回答"))
        if heard.calls_others:
            return Silent(N_("@ 的是别人"))
        if _OTHER_BOT.match(heard.text):
            return Silent(N_("是别的机器人的命令"))
        if _ANNOUNCES.search(heard.text):
            return Silent(N_("是说给大家听的"))
    if is_thanks(heard.text):
        return Silent(N_("只是道谢或应答"))
    if is_noise(heard.text):
        return Greet() if heard.is_addressed else Silent(N_("没有文字内容"))
    return None


def decided(heard: Heard, verdict: Verdict) -> Decision:
    """Return what is said, given what the knowledge has to say. Sure answers also go to chatter; doubt does not."""
    is_trouble = looks_like_trouble(heard.text)
    is_question = is_trouble or looks_like_question(heard.text)
    match verdict:
        case Answer(hit=hit):
            return Give(hit)
        case Suggest(hits=hits):
            if heard.is_addressed or is_question:
                return Candidates(hits)
            return Silent(N_("不确定，也不像是在问"))
        case Nothing():
            is_a_call = not is_question and len(heard.text) < _A_CALL
            if heard.is_addressed and (is_a_call or asks_who_you_are(heard.text)):
                return Greet()
            if heard.is_addressed or is_trouble:
                return OfferTicket()
            return Silent(N_("没有合适的答案，也没有 @机器人"))
        case _:
            assert_never(verdict)
