"""What is said to a text and when nothing is: the same rules for the group and for the page where they can be tried.

No answer is better than a wrong one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import assert_never

import msgspec

from bot.meaning.sentence import Sentence
from bot.tickets.errors import N_
from faq.knowledge import Answer, Hit, Nothing, Suggest, Verdict
from faq.outages import may_mean
from faq.sequences import SequenceOf
from faq.text import (
    asks_for_help,
    asks_who_you_are,
    fold,
    is_noise,
    is_thanks,
    looks_like_question,
    looks_like_trouble,
)

_OTHER_BOT = re.compile(r"\s*[/!！／]\s?[^\W\d_]")  # /导出, !export: commands of ours were recognised before
# "打印不出来的同学来找我登记" tells others what to do; it reports nothing.
_ANNOUNCES = re.compile(
    r"(?<!有)的(?:同学|老师|家长|同事|朋友)们?[^，。,.]{0,8}(?:请|来|找|到|联系|注意|看|加|填|登记)"
)
_TO_ALL = re.compile(
    r"\s*(?:[@＠](?:所有人|全体成员|全体人员|all\b|everyone\b|here\b)|【?(?:重要|温馨|紧急)?(?:通知|提醒|提示|公告)】?\s*[:：，,！!\s])",
    re.IGNORECASE,
)
_TO_EVERYBODY = re.compile(
    r"\s*(?:各位|请?大家|请各|全体|(?:dear |hi |hello )?(?:everyone|everybody|all|colleagues|teachers)\b)",
    re.IGNORECASE,
)
_PLANNED = re.compile(
    r"\bwill be (?:down|unavailable|offline|closed|out of service|restarted|upgraded)\b|\b(?:scheduled|planned) (?:maintenance|outage|upgrade)\b|届时|将(?:会|要|于|在|无法|不能|停|进行|暂)|(?:升级|检修|维护|割接|施工|演练|停机)(?:期间|时间|通知|后|，|。|,)|属(?:于)?正常|请(?:各|大家|提前|及时|注意|相互|互相)|提前(?:保存|做好|安排)"
)
_CALLS_SOMEBODY = re.compile(  # by a name that the platform does not know: `@bob can you …`; the bot's own is taken off before
    r"\s*[@＠](?!所有人|全体)[^\s@＠,，:：.]{1,20}(?:[\s,，:：]|$)"
)
_OWN_THINGS = re.compile(  # troubles of one's own, told to colleagues
    r"我家的?(?:网|电|水|空调|电视|灯|车|wifi)|(?:车|手机|手表|眼镜|耳机|钥匙)(?:又|也|都|好像|刚)*(?:坏|没电|丢|摔|挂)",
    re.IGNORECASE,
)
_SEND_SOMEBODY = re.compile(  # within a sentence spoken in one breath
    r"(?:能不能|能否|可不可以|可以|麻烦|请|帮忙|帮我)[^，。？！]{0,4}(?:派|安排|叫|找)[个一位下]{0,2}(?:人|师傅|工程师|老师傅?)(?:过来|来|上门|去)?[^，。？！]{0,4}(?:看(?!孩子|店|门|着)|修(?!改)|处理|弄|检查|调试)"
)
_GUESSES = re.compile(
    r"\s*(?:是不是|会不会是?|不会是|该不会是?|难道是?|估计是?|八成是?|可能是?|应该是?)(?:又是?|因为)?[^，。,]{1,12}?(?:坏|断|挂|停|没电|松|掉|出问题|有问题|卡|满|过期)(?:[了掉死]|电|机|网)*[吧吗啊呀]?[\s?？。.!！~～]*"
)
_OFFERS_HELP = re.compile(
    r"(?:要不要|需不需要|要|需要)我(?:过?来|去)?(?:帮|看|处理)|我(?:过?来|去)?帮(?:你|您|他|她)"
)
_LONGEST_SCOLDING = 16
_SHORT_TROUBLE = 8  # letters
_SCOLDS = re.compile(
    r"什么(?:破|烂|垃圾|鬼|玩意)|(?:垃圾|破|傻|蠢|笨|智障|废物|弱智|没用的?)+(?:机器人|东西|服务|公司|系统|玩意|瓜|死了)|智障|废物|傻瓜|要你(?:还)?有?(?:何|什么|啥)用|你(?:到底)?有(?:什么|啥)用|(?:啥|什么)(?:也|都)不(?:会|懂|知道)|你(?:真|太|好|可真|也太|怎么这么)(?:是)?(?:笨|傻|蠢|烂|垃圾|没用)|(?:stupid|useless|dumb|rubbish|crap) ?(?:bot|robot|service|thing)?\W*$",
    re.IGNORECASE,
)
_ENOUGH = SequenceOf(  # to the bot: it has done enough
    "算了|没事了?|不用了?|不需要了?|不必了?|找到了?|知道了?|明白了?|懂了?|会了|我?自己(?:找到|弄好|搞定|解决|会)了?|已经好了|never ?mind|no need|got it|found it",
    r"[,，。.!！\s]|谢谢(?:您|你|啦)?|了|啦|哈|吧|thanks?",
    flags=re.IGNORECASE,
)
_PRAISES = Sentence(  # the bot: there is nothing to answer
    r"(?:哇|小?机器人)?[\s,，]*你?(?:真|好|太|可真|挺|很|还挺)*(?:聪明|厉害|棒|能干|牛|可爱|不错|强大?)(?:啊|呀|了|哦|的|嘛|呢)*[\s。.!！~～👍]*"
    r"|(?:good|nice|great|clever|smart) (?:bot|job|work)[\s.!]*|you(?:['’]re| are) (?:so |very )?(?:clever|smart|great)[\s.!]*"
)
_TELLS = re.compile(
    r"(?:我们?(?:是|在|把|刚|已经?|这边)|今天|明天|昨天|后天|[上下]午|晚上|(?:i|we)(?: am| are| have|['’](?:m|re|ve)) |today |tomorrow )",
    re.IGNORECASE,
)
_FAILS = re.compile(
    r"[不没无坏错卡慢断掉黑花]|怎|哪|谁|几|多少|要|想|能|\bno\b|\bnot\b|n['’]t\b|error|fail|need|want",
    re.IGNORECASE,
)
_LATELY = 256  # what a text is, is asked by several about the same message
_A_CALL = 4  # shorter texts that ask nothing are somebody calling: 在吗, 你好


@lru_cache(maxsize=_LATELY)
def announces(text: str) -> bool:
    """Tell whether a text is meant for everybody in the room: it tells others what comes or what to do, and reports nothing."""
    if _ANNOUNCES.search(text) or _TO_ALL.match(text):
        return True
    planned = len(_PLANNED.findall(text))
    return (
        planned > 0
        and (planned > 1 or _TO_EVERYBODY.match(text) is not None)
        and not looks_like_question(text)
    )


@lru_cache(maxsize=_LATELY)
def reports(text: str) -> bool:
    """Tell whether a text tells of a trouble, or of something that somebody shall look after."""
    if _OFFERS_HELP.search(text):
        return False
    return looks_like_trouble(text) or asks_for_help(text) or _SEND_SOMEBODY.search(text) is not None


def guesses(text: str) -> bool:
    """Tell whether a whole text only guesses what is wrong: 是不是交换机又坏了."""
    return _GUESSES.fullmatch(text) is not None


def scolds(text: str) -> bool:
    """Tell whether a text only calls names and tells of no trouble."""
    return len(text) <= _LONGEST_SCOLDING and _SCOLDS.search(text) is not None and not reports(text)


def only_tells(text: str) -> bool:
    """Tell whether a text surely tells of somebody or of a day, and of nothing that fails: `今天下午学校开家长会`."""
    return _TELLS.match(text) is not None and not _FAILS.search(text) and not is_asked(text)


def is_asked(text: str) -> bool:
    """Tell whether a text asks something or tells of a trouble, rather than just telling something."""
    return reports(text) or looks_like_question(text)


class Heard(msgspec.Struct, frozen=True):
    """A text with what decides whether it is for the bot. `answer` is how talkative the room is: auto, mentioned or off."""

    text: str
    is_addressed: bool = False
    calls_others: bool = False
    answer: str = "auto"

    @property
    def is_for_bot(self) -> bool:
        """Whether somebody asks the bot, or asks something that it may know."""
        return self.is_addressed or is_asked(self.text)

    @property
    def is_surely_for_bot(self) -> bool:
        """Whether somebody calls the bot or tells of a trouble, rather than asking something of anybody."""
        return self.is_addressed or reports(self.text)


class Silent(msgspec.Struct, frozen=True):
    """Nothing is said; `why` is for the page where it can be tried."""

    why: str


class Greet(msgspec.Struct, frozen=True):
    """Somebody calls and asks nothing."""


class Give(msgspec.Struct, frozen=True):
    """The answer, and those to further questions of the same message."""

    hit: Hit
    also: tuple[Hit, ...] = ()


class Candidates(msgspec.Struct, frozen=True):
    """Up to three entries by number."""

    hits: tuple[Hit, ...]
    is_several: bool = False  # they are answers to several questions, not several to one


class OfferTicket(msgspec.Struct, frozen=True):
    """There is no answer; an engineer could help."""


Decision = Silent | Greet | Give | Candidates | OfferTicket


def is_of_other_bot(text: str) -> bool:
    """Say whether a text, which is no command of ours, is one of another bot."""
    return _OTHER_BOT.match(text) is not None


def decided_before(heard: Heard) -> Silent | Greet | None:
    """Return what is decided without looking into the knowledge; None when it must be looked into."""
    if not heard.is_addressed:
        if heard.answer != "auto":
            return Silent(N_("这个群只在 @机器人 时回答"))
        if heard.calls_others or _CALLS_SOMEBODY.match(heard.text):
            return Silent(N_("@ 的是别人"))
        if is_of_other_bot(heard.text):
            return Silent(N_("是别的机器人的命令"))
        if _OWN_THINGS.search(heard.text) and not looks_like_question(heard.text):
            return Silent(N_("说的是自己的东西"))
        if announces(heard.text):
            return Silent(N_("是说给大家听的"))
    if _ENOUGH.is_all_of(heard.text.strip()):
        return Silent(N_("说的是不用了"))
    if is_thanks(heard.text) or _PRAISES.fullmatch(heard.text.strip()):
        return Silent(N_("只是道谢或应答"))
    if is_noise(heard.text):
        return Greet() if heard.is_addressed else Silent(N_("没有文字内容"))
    return None


def may_be_meant(text: str, hit: Hit) -> bool:
    """Say whether a candidate may be about the thing that a short trouble names: 音箱打不开 is not about 邮箱打不开.

    Words that are typed in letters, or longer, are left to what was measured.
    """
    said = fold(text)
    if (
        len(said) > _SHORT_TROUBLE
        or any("a" <= letter <= "z" for letter in said)
        or not looks_like_trouble(text)
    ):
        return True
    return any(may_mean(text, wording) for wording in (hit.entry.question, *hit.entry.aliases))


def decided(heard: Heard, verdict: Verdict) -> Decision:
    """Return what is said, given what the knowledge has to say. Sure answers also go to chatter; doubt does not."""
    is_trouble = reports(heard.text)
    is_question = is_trouble or looks_like_question(heard.text)
    match verdict:
        case Answer(hit=hit):
            return Give(hit)
        case Suggest(hits=hits):
            meant = tuple(hit for hit in hits if may_be_meant(heard.text, hit))
            if not meant:
                return decided(heard, Nothing())
            if heard.is_addressed or is_question:
                return Candidates(meant)
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
