"""What somebody says of tickets about which they are asked whether they work now: this works, that does not, and what else they ask."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from bot.meaning.alike import mostly_shares, share
from bot.meaning.deciding import is_asked
from bot.meaning.sentence import Sentence
from bot.meaning.short_answers import not_yet, says_again, says_still
from faq.text import fold, is_helped, is_thanks, looks_like_question, looks_like_trouble

_LONGEST = 60
_BARE = 3  # letters: 好了, 可以了
_MINE = re.compile(
    r"^(?:我们?(?:的|这边|这里|这儿|这|班)?|这边|那边)(?:的)?(?:怎么|可)?(?=还|没|并没|根本没)"
)  # 我的还没好
_KINDLY = r"(?:又快又好|真快|[好很]快|不错|[很挺真]好|效率[真很]?高|点赞|厉害|给力|啊|呀|哈|啦|哦|了|谢谢|感谢|多谢|非常|太|辛苦|麻烦|您|你们?|大家|两位|各位|老师|师傅|[张李王刘陈周赵]工|工程师)*"
_WORKS = Sentence(
    r"(?:谢谢|感谢|嗯|是的?|好的?)*(?P<what>.{0,10}?)(?P<all>都|全部?|两个(?:都)?)?(?:已经?|也|现在|刚才?|终于|又|确实)*"
    r"(?:(?:修|弄|整|处理|解决)?好了|好[使用]了|可以(?:用|打印|上网|登录)?了|能(?:用|打印?|上网?|登录?|开|看|听|放|连|写|刷|进)了|(?:恢复)?正常了|恢复(?:正常)?了?|亮了|通了|有(?:声音|信号|网|画面|图像|电)了|没(?:有)?问题了|解决了|搞定了)"
    rf"{_KINDLY}"
)
_WORKS_IN_ENGLISH = Sentence(
    r"(?!.*\b(?:if|whether|sure|think|hope|when|until|unless|not|nothing|nobody|how|why|what|who)\b)(?:(?:thanks|thank you|ok(?:ay)?|yes|great)[\s,.!]+)*(?:(?:the|my|our|that|this) )?(?P<what>[a-z][a-z -]{2,30}?)(?: in [a-z0-9 ]{1,12}?)?(?: now)?"
    r" (?:works|is (?:now )?(?:working|fine|ok(?:ay)?|fixed|repaired|good|back(?: up)?))(?: (?:again|now|fine|well|perfectly))*(?:[\s,.!]+(?:thanks|thank you|cheers)[^?]{0,20})?[\s.!]*"
)
_WORD = re.compile(r"[a-z]+")
_CLAUSES = re.compile(r"[\s,，。.!！;；~～]+")
# No clause says that something works without one of these, however it is parted; most of what people say to each other has none.
_MAY_WORK = re.compile("了|恢复|解决|搞定|work|good|fine|fixed|solved|resolved|sorted|did|helped")
_WORKS_SOMEWHERE = re.compile(r"好了|可以了|正常了|恢复|谢|[?？]|怎么")
_BESIDES = re.compile(
    r"^(?:对了|另外|还有|顺便(?:问(?:一下|下)?)?|但是?|不过|再问(?:一下|下)?|by the way|also|but)[\s,，:：]*",
    re.IGNORECASE,
)
_DOES = Sentence(r"(?:现在|终于|已经|可以|能)*(?P<verb>[\u4e00-\u9fff]{1,3}?)(?:得)?了(?:谢谢|感谢|啊|哈)*")
_THANKS = re.compile(r"谢|辛苦|thank", re.IGNORECASE)
_SEEN = Sentence(
    r"[^,，。]{0,8}(?:看|试|测|用|检查)(?:过|了)(?:一下|一遍|了)?[\s。.!！~～]*|(?:真|太)?(?:不好意思|抱歉|对不起|打扰|麻烦|辛苦)(?:您|你们?|大家)?了?[\s。.!！~～]*"
)  # 李老师替我看过了
_AT_TIMES = re.compile(
    r"偶尔|有的?时候?|时不时|断断续续|隔(?:一?会儿?|一?阵)|\b(?:sometimes|occasionally|intermittently|now and then|from time to time|on and off|at times)\b",
    re.IGNORECASE,
)
_ON_AND_OFF = Sentence(
    r"(?:现在|还是|还|就|一直|[\s,，])*(?:时好时坏|时有时无|一会儿?好一会儿?(?:坏|不行|不好)|断断续续(?:的)?)(?:的|了|啊|呢|[\s。.!！~～])*"
)
_FAILS = re.compile(
    r"断|掉|卡(?!片)|闪|跳|黑屏|蓝屏|死机|重启|没(?:有?声|信号|网|反应|图|电)|不(?:行|亮|响|通|动|好用|能用|稳|出)|\b(?:drop|fail|freez|flicker|disconnect|cut|stop|crash|happen|slow|lag|lose|go)(?:e?s|ing|p?ed)?\b",
    re.IGNORECASE,
)
_IN_DOUBT = Sentence(
    r"(?:好像|感觉|似乎|可能|现在)*还是?有一?点儿?[^?？]{1,8}|(?:好像|感觉|似乎)(?:好一?[点些]了?|可以了?吧?|行了?吧?)|(?:不太?|还不)(?:确定|清楚|知道)(?:好没好|行不行)?"
    r"|(?:it |that )?seems? (?:a bit |much |somewhat )?(?:better|ok|okay)|(?:i['’]?m )?not (?:so |quite )?sure(?: yet)?|better,? but .{1,30}"
)
_DOUBTS = re.compile(r"好像|似乎|观察|试|看看|不过|但|暂时|再说|等|\b(?:but|seems?|try)\b", re.IGNORECASE)


class Outcome(msgspec.Struct, frozen=True):
    """Places of the tickets that work, and of the one that does not; `rest` is what is asked besides."""

    works: tuple[int, ...] = ()
    fails: int | None = None
    rest: str = ""


def outcome(text: str, known: Sequence[str]) -> Outcome | None:
    """Return what a text says of tickets with the texts `known`, the newest first; None when it says nothing of them."""
    return _outcome(text, tuple(known))


@lru_cache(maxsize=256)  # several rules ask it of every message
def _outcome(text: str, known: tuple[str, ...]) -> Outcome | None:
    said = text.strip()
    if len(said) > _LONGEST or not known:
        return None
    if not_yet(_MINE.sub("", said)):
        return Outcome(fails=_named(said, known) or 0)
    if _fails_at_times(said, known):
        return Outcome(fails=_named(said, known) or 0)
    is_still = ("还" in said or says_again(said)) and looks_like_trouble(said)
    if is_still and not _WORKS_SOMEWHERE.search(said) and (place := _named(said, known)) is not None:
        return Outcome(fails=place)
    if "[" not in said and not _MAY_WORK.search(fold(said).replace(" ", "")):
        return None
    breaks = list(_CLAUSES.finditer(said))
    ends = [len(said), *(found.start() for found in reversed(breaks))]
    for end in ends:
        head, rest = said[:end], said[end:].strip(" ,，。.!！;；~～\t\n")
        works = _working(head, known)
        if works is not None:
            return _with_rest(works, head, _BESIDES.sub("", rest), known)
    return None


def is_in_doubt(text: str) -> bool:
    """Say whether somebody who is asked whether it works says neither: `还有点卡`, `seems better`."""
    return _IN_DOUBT.fullmatch(text.strip()) is not None


def _fails_at_times(said: str, known: Sequence[str]) -> bool:
    """Say whether it fails still, but not always: 还是偶尔会断, it still drops sometimes."""
    if "?" in said or "？" in said:
        return False
    if _ON_AND_OFF.fullmatch(said) is not None:
        return True
    is_said = _AT_TIMES.search(said) is not None or (says_still(said) and "会" in said)
    fails = _FAILS.search(said) is not None or any(share(said, each) for each in known)
    return is_said and fails and (says_still(said) or says_again(said) or looks_like_trouble(said))


def says_it_works(text: str, known: str, *, is_quiet: bool) -> bool:
    """Say whether words that nobody asked for can only mean that a ticket works: `打印机好了`, or `现在好了` while nobody else speaks.

    好了 alone may be about anything.
    """
    said = fold(text)
    found = _WORKS.fullmatch(said.replace(" ", ""))
    is_named = found is not None and mostly_shares(found["what"], known)
    if (thing := _WORKS_IN_ENGLISH.fullmatch(said)) is not None:
        is_named = _is_in(thing["what"], known)
    return is_named or (is_quiet and len(said) > _BARE and is_helped(text))


def _is_in(what: str, known: str) -> bool:
    """Say whether an English name stands in a text with all its words."""
    return set(what.split()) <= set(_WORD.findall(fold(known)))


def thanked_besides(text: str) -> tuple[str, str] | None:
    """Return the thanks with which a text begins and what it asks besides; None when it does not do both."""
    said = text.strip()
    for found in _CLAUSES.finditer(said[:_LONGEST]):
        head, rest = said[: found.start()], said[found.end() :]
        other = _BESIDES.match(rest)
        if other and is_thanks(head):
            asked = rest[other.end() :]
            return (head, asked) if is_asked(asked) or looks_like_trouble(asked) else None
    return None


def _does_again(head: str, known: Sequence[str]) -> int | None:
    """Return the place of the only ticket that says the opposite: 响了 of 铃响不了, 打开了 of 打不开."""
    found = _DOES.fullmatch(fold(head).replace(" ", ""))
    if found is None:
        return None
    verb = found["verb"]
    opposites = (f"不{verb}", f"没{verb}", f"{verb}不", f"{verb[:1]}不{verb[1:]}")
    places = [place for place, text in enumerate(known) if any(each in text for each in opposites)]
    return places[0] if len(places) == 1 else None


def _working(head: str, known: Sequence[str]) -> tuple[int, ...] | None:
    """Return the places of the tickets that a clause says to work, None when it says it of none."""
    if "?" in head or "？" in head or looks_like_trouble(head):
        return None
    if (thing := _WORKS_IN_ENGLISH.fullmatch(fold(head))) is not None:
        places = [place for place, each in enumerate(known) if _is_in(thing["what"], each)]
        if len(places) == 1:
            return (places[0],)
    found = _WORKS.fullmatch(fold(head).replace(" ", ""))
    if found is None and (again := _does_again(head, known)) is not None:
        return (again,)
    if found is None:
        return (0,) if is_helped(head) else None
    if is_helped(head):
        return (0,)  # 好了好了
    if found["all"] and not found["what"]:
        return tuple(range(len(known)))
    if not found["what"] or found["what"] in ("这个", "那个", "它", "我这边", "我们这边"):
        return (0,)
    place = _named(found["what"], known)
    return (place,) if place is not None else None


def _with_rest(works: tuple[int, ...], head: str, rest: str, known: Sequence[str]) -> Outcome | None:
    if not rest:
        return Outcome(works)
    place = _named(rest, known)
    asks_anew = (
        looks_like_question(rest) and "还" not in rest and not says_again(rest)
    )  # 成绩单打印空白怎么办
    if looks_like_trouble(rest) and place is not None and not asks_anew:
        return Outcome(works, fails=place) if place not in works else None
    if says_still(rest):
        return None
    if _working(rest, known) is not None:
        return Outcome(works)  # 好了，有声音了
    if is_asked(rest):
        return Outcome(works, rest=rest)
    if _SEEN.fullmatch(rest):
        return Outcome(works)
    is_farewell = _THANKS.search(head) is not None and not _DOUBTS.search(rest)
    return Outcome(works) if is_farewell else None


def _named(text: str, known: Sequence[str]) -> int | None:
    """Return the place of the only ticket that a text shares a word with."""
    places = [place for place, each in enumerate(known) if share(text, each)]
    return places[0] if len(places) == 1 else None
