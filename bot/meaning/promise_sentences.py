"""The sentences that ask what is promised: by when somebody answers, comes, solves it; about a group, or a customer called by name."""

from __future__ import annotations

from bot.meaning.sentence import Sentence

_LONGEST = 40  # what people say at length is about something else
_END = r"(?:呢|啊|呀|吗|嘛|的|哦)*[\s。.!！~～?？]*"
_OURS = r"(?:请问|想问一下|问一下|我想知道)?[\s,，]*(?:你们|您们|咱们|我们(?:学校|单位)?|贵(?:公司|司)|本群|这个群|这边|这里|公司|工程师|师傅|客服|售后|服务|现在)*的?"
_HOW = r"(?:是|有)?(?:什么样?|啥|多少|多久|多长时间?|几点到几点|什么时候|怎么样|怎么(?:定|规定|约定|算|安排)|哪些|几[个种级]|分几级)"
_WRITTEN = r"(?:服务(?:承诺|标准|(?:级别|等级|水平)(?:协议)?)|SLA)"
_SHOW = r"(?:(?:给我|让我)?(?:看|查|发)(?:一下|下|看|个)?|给我|来个?)"
_USUALLY = (
    r"(?:(?:一般|通常|正常(?:情况)?|平时|大概|规定|承诺|最慢|最快)(?:是|要)?|报[修障单]了?(?:之?后|的话)?)"
)
_TIMES = r"(?:多久|多长时间|多快|几分钟|几个?小时)(?:之?内)?(?:就|才)?(?:能|会|可以|给|有人)?"
_DEEDS = r"(?:响应|回应|回复|答复|到场?|上门|过?来|解决|修好|处理好?)"
_YOU = r"(?:你们|您们|贵公?司|工程师|师傅|客服|售后)"
PROMISES = Sentence(
    rf"{_OURS}(?:{_WRITTEN}(?:{_HOW})?|响应(?:时间|时限|时长){_HOW}){_END}|{_YOU}的?(?:服务|解决|到场)(?:时间|时限|时长){_HOW}{_END}"
    rf"|(?:(?:what(?:'s| is| are)|show me|tell me) )?(?:(?:your|our|the) )?(?:slas?|service levels?(?: agreement)?){_END}"
    rf"|(?:what(?:'s| is| are)|show me|tell me) your (?:response times?|(?:service|support) hours){_END}"
)
PROMISES_SAID_TO_THE_BOT = Sentence(  # among people they may be about anybody
    rf"(?:请|麻烦|帮我)*{_SHOW}{_OURS}{_WRITTEN}{_END}|{_OURS}{_WRITTEN}(?:{_SHOW}){{1,2}}{_END}|{_OURS}(?:服务|解决|到场)(?:时间|时限|时长){_HOW}{_END}|{_OURS}(?:响应|服务)(?:时间|时限){_END}|(?:the |our )?(?:response times?|(?:service|support) hours){_END}"
)
NAMED = Sentence(rf"(?P<whose>[^\s,，。?？]{{2,20}}?)(?:的|\s*){_WRITTEN}(?:{_HOW})?{_END}")
# Of what has just been reported these are asked, too.
HOW_SOON = Sentence(
    rf"{_OURS}(?:{_USUALLY})*{_TIMES}(?:响应|回应){_END}|{_YOU}(?:{_USUALLY})+{_TIMES}{_DEEDS}{_END}|{_OURS}报[修障单]了?(?:之?后|的话)?(?:一般|通常|大概)?{_TIMES}{_DEEDS}{_END}"
    rf"|how (?:fast|quickly|soon|long until) (?:do|will|can|would) you (?:usually |normally )?(?:respond|answer|reply|react){_END}"
)
HOW_SOON_SAID_TO_THE_BOT = Sentence(rf"{_OURS}(?:{_USUALLY})+{_TIMES}{_DEEDS}{_END}")
ALL = (PROMISES, PROMISES_SAID_TO_THE_BOT, NAMED, HOW_SOON, HOW_SOON_SAID_TO_THE_BOT)


def asks_how_soon(said: str, *, is_addressed: bool) -> bool:
    """Say whether somebody asks how soon we come or answer; of a ticket they have just reported, or at all."""
    return _is_one_of(said, HOW_SOON, HOW_SOON_SAID_TO_THE_BOT, is_addressed=is_addressed)


def asks_for_promises(said: str, *, is_addressed: bool) -> bool:
    """Say whether somebody asks what is promised."""
    return _is_one_of(said, PROMISES, PROMISES_SAID_TO_THE_BOT, is_addressed=is_addressed)


def customer_named(said: str) -> str:
    """Return whose promises are asked for, as they are called: 实验小学的服务承诺; empty for any other text."""
    found = NAMED.fullmatch(said) if len(said) <= _LONGEST else None
    return found["whose"] if found is not None else ""


def _is_one_of(said: str, sure: Sentence, to_the_bot: Sentence, *, is_addressed: bool) -> bool:
    if len(said) > _LONGEST:
        return False
    return sure.fullmatch(said) is not None or (is_addressed and to_the_bot.fullmatch(said) is not None)
