"""Read short answers: a digit, one score or two, cause with method and prevention."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import Final

from bot.commands import BETWEEN
from bot.meaning.sentence import Sentence
from faq.sequences import SequenceOf
from faq.text import looks_like_trouble, normalized

_CAUSE = ("故障原因", "问题原因", "原因分析", "原因", "cause")
_METHOD = (
    "处理方法",
    "处理办法",
    "处理措施",
    "处理过程",
    "解决方法",
    "解决办法",
    "解决措施",
    "维修方法",
    "方法",
    "办法",
    "措施",
    "处理",
    "method",
    "fix",
)
_PREVENTION = ("预防措施", "预防建议", "预防", "建议", "防范", "prevention", "prevent")
_FIELD_OF = {
    **dict.fromkeys(_PREVENTION, "prevention"),
    **dict.fromkeys(_CAUSE, "cause"),
    **dict.fromkeys(_METHOD, "method"),
}
_FIELDS = re.compile(  # a colon makes each a label; without one only the three that the bot itself uses, where a part begins
    rf"({'|'.join(_FIELD_OF)})\s*[:：]\s*|(?:^|(?<=[\s,，。;；、]))(原因|方法|预防)(?:都?[是为])?\s*(?=\S)",
    re.IGNORECASE,
)


BEGINS_A_RESULT = re.compile(
    r"(?:故障)?原因\s*[:：]|cause\s*:", re.IGNORECASE
)  # what was asked for after 解决 1024
_JOINED = re.compile(  # typed with one thumb: 原因电源老化方法换电源预防定期除尘
    r"(?:故障)?原因[是为:：]?(?P<cause>[^:：]+?)(?:处理|解决|维修)?方法[是为:：]?(?P<method>[^:：]+?)预防(?:措施)?[是为:：]?(?P<prevention>[^:：]+)",
    re.DOTALL,
)
_PARTS = re.compile(r"[;；\n]")
_SLASHED = re.compile(r"(?:[^/:：]*[\u4e00-\u9fff][^/:：]*/){2}[^/:：]*[\u4e00-\u9fff][^/:：]*")


def resolution_fields(rest: str) -> dict[str, str]:
    """Return cause, method and prevention from `原因:… 方法:… 预防:…`, or from three parts in this order between semicolons.

    Missing ones are empty.
    """
    fields = {"cause": "", "method": "", "prevention": ""}
    joined = _JOINED.fullmatch(rest.strip())
    if joined is not None:
        return {name: joined[name].strip(BETWEEN) for name in fields}
    labels = list(_FIELDS.finditer(rest))
    parts = [part.strip(BETWEEN) for part in _PARTS.split(rest)]
    if len(parts) == 1 and _SLASHED.fullmatch(rest.strip()) is not None:  # 插件冲突/卸载/别乱装
        parts = [part.strip(BETWEEN) for part in rest.split("/")]
    if not labels and len(parts) == len(fields):
        return dict(zip(fields, parts, strict=True))
    for label, after in zip_longest(labels, labels[1:]):
        end = after.start() if after else len(rest)
        fields[_FIELD_OF[(label[1] or label[2]).lower()]] = rest[label.end() : end].strip(BETWEEN)
    return fields


# A digit before one of these counts something: "1 楼没网" picks nothing, "3 点 5 班" rates nobody.
_COUNTED = (
    r"(?!\s*(?:[\d点楼层班年月日号室节栋幢元块人台次个名位份张条页天周期折成:%]|教室|小时|分钟|[ap]\.?m\b))"
)
_A_DIGIT = re.compile(r"[\d一二两三四五六七八九]")
_DIGITS = str.maketrans("一二两三四五六七八九", "1223456789")
_ORDINAL = re.compile(
    r"^(?:选|第|选第)\s*[一二两三四五六七八九](?:[个种条项号](?:吧|是|的)*)?(?=$|[\s,。!、;])"
)
_CORRECTS = re.compile(
    r"(?:不对|不是|错了|说错了|选错了|点错了)[\s,。!]*(?:应该)?(?:是|选)\s*"
)  # 不对，是第二个
_FIRST_ENTRY = re.compile(r"[选第]|[1一]\s*[个种条项]")
_SEVERAL = re.compile(r"(\d)(?:\s*[和跟与、,]\s*\d)+\s*(?:两个)?都(?:有|是|要|不行|试|遇到)?了?")  # 1和2都有
_CHOICE = re.compile(
    rf"^(?:选|第|选第)?\s*(\d)(?:(?:\s*[个种条项号](?:吧|是|的)*|[吧哈啊呀]+)(?=$|[\s,。!、;谢]))?{_COUNTED}(?=$|[\s,。!、:;]|谢谢|\.(?!\d))[\s,。.!、:;]*(.*)$",
    re.DOTALL,
)
_TWO_SCORES = re.compile(
    r"^(?:速度|响应|speed)?\s*[:=]?\s*([1-5])\s*分?\s*(?:[,、;和]|/(?=[1-5]\s*$))?\s*(?:质量|服务|quality)?\s*[:=]?\s*([1-5])\s*分?"
    rf"{_COUNTED}[\s,。、;!.]*(.*)$",
    re.DOTALL | re.IGNORECASE,
)
_ONE_SCORE = re.compile(r"^([1-5])\s*(?:分|颗?星(?:好评)?)?\s*(?:$|[,。!、;]\s*(.*)$)", re.DOTALL)
_SATISFIED = (  # the five words of a satisfaction scale, 5 first
    re.compile(r"(?:(?:我|都|对.{0,6})?(?:很|非常|十分|特别|挺|超级?)满意|好评|(?:i(?:'m| am) )?(?:very|completely|fully) satisfied)(?P<rest>.*)", re.DOTALL | re.IGNORECASE),
    re.compile(r"(?:我|都|对.{0,6})?(?:(?:基本|比较|还算|总体)?(?:上)?(?:是)?满意|(?:i(?:'m| am) )?satisfied)(?P<rest>.*)", re.DOTALL | re.IGNORECASE),
    re.compile(r"(?:感觉|总体)?一般般?(?P<rest>.*)", re.DOTALL),
    re.compile(r"(?:我|都|对.{0,6})?(?:不(?:太|是很|大|够|怎么)?满意|(?:i(?:'m| am) )?(?:not (?:very )?satisfied|dissatisfied|unsatisfied))(?P<rest>.*)", re.DOTALL | re.IGNORECASE),
    re.compile(r"(?:我|都|对.{0,6})?(?:(?:很|非常|极其?|十分|特别|太|相当)不满意|差评|(?:i(?:'m| am) )?very (?:dissatisfied|unsatisfied))(?P<rest>.*)", re.DOTALL | re.IGNORECASE),
)  # fmt: skip
_ENDS_THERE = re.compile(
    r"(?:了|吧|啊|呀|哦|的|[\s。.!！~～])*(?:$|[,，;；、\s]+(?P<comment>.*)$)", re.DOTALL
)
_YES_AND_SCORES = re.compile(
    r"^1[\s,，、;]+([1-5])\s*[\s,，、/]?\s*([1-5])(?=$|[\s,，。、;!.])[\s,，。、;!.]*(.*)$", re.DOTALL
)
_STARS = re.compile(
    r"(?:(?:给|打|评)(?:个|你们|您|师傅)?\s*)?(?:([1-5一二三四五])\s*(?:颗?星(?:好评)?)|(?:给|打|评)(?:个)?\s*([1-5一二三四五])\s*分|(满分|全五?5?分))"
)
_NOT_GIVEN = re.compile(r"不|没|差|别|怎么|为什么|[?吗]")
_PRAISE = re.compile(r"没问题|没得说|没毛病|不错|差不多")
_LONGEST_REMARK = 60
_LONGEST_PROMISE = 24
_PROMISES = re.compile(
    r"(?:(?:好的?|嗯+|行|可以|ok|收到|知道了|明白)[,，。!！\s]*)*+(?:请?稍(?:等|候)|请?等(?:一?下|一?会|我|下课|会儿)|马上|一会儿?|待会儿?|等会儿?|晚(?:点|些)|稍后|回头|下课|"
    r"(?:今天|明天|下午|上午|晚上)(?:再|我|给|发|去)|我(?:现在|这就|马上|先|等下|一会儿?)?(?:去|问问|问一?下|找找|找一?下|看看|看一?下|确认)|正在(?:找|问|上课|开会)|在(?:上课|开会)"
    r"|(?:one|just a|a) (?:moment|minute|second|sec)\b|later\b|i'?ll (?:check|look|ask|send))",
    re.IGNORECASE,
)
_BRINGS = re.compile(r"[A-Za-z0-9-]{4,}|[:：]|\[|是[^不]")
_UNSUITABLE = re.compile(
    r"(?:我们?|那边|这边|都|又|要|得|还|有点|可能|恐怕|正好|全校|学校|那时候?)*(?:有(?:课|事|会|考试|活动|安排|人用)|没有?(?:空|时间|人)|不(?:行|在|方便|可以|太方便|合适|能)|开会|上课|考试|监考|出差|放假|来不了|忙|占用)"
    r"|(?:i |we )?(?:have|am|are|is|will be)?\s*(?:n['’]t|not|no|busy|class|away|a (?:class|meeting|lesson)|does(?:n['’]t| not))\b",
    re.IGNORECASE,
)
GOOD = 3  # a score from which on it cannot be a 1 or a 2


_YES = "(?:就|那就?)?(?:要的?|好的?|好滴|可(?:以的?)?|行的?|是的?|对的?|嗯+|需要|同意|转|转人工|转工程师|报|报单|报修|报障|报一下|转一下|没问题|没意见|ok(?:ay)?|yes(?:please)?|yeah|sure|agreed?|pleasedo)"
_NO = "(?:先|暂时)?(?:不用|不要|不需要|不必|不了|别|不)(?:转|报|报单|麻烦)?了?|算了|不同意|不行|不可以|no|nope|no ?thank(?:s|you)|notnow|disagreed?"
_KINDLY = "吧|啊|呀|哈|哦|嘛|了|啦|谢谢您?|谢了|麻烦(?:您|你|了)*|您|你|请|thankyou|thanks|please"
_QUICKLY = "(?:要|越)?快(?:越好|点儿?|一点|些)|尽快|尽早|抓紧(?:时间)?|(?:我们?|这边|比较|很)*急(?:用|的)?|在线等|assoonaspossible|asap|quickly|urgent(?:ly)?|itsurgent"
_SAYS_YES = SequenceOf(f"{_KINDLY}|{_YES}", _QUICKLY, flags=re.IGNORECASE)  # and one of them is a yes
_SAYS_NO = SequenceOf(_NO, _KINDLY, flags=re.IGNORECASE)
_A_YES = re.compile(_YES, re.IGNORECASE)
_NONE_OF_THEM = Sentence(
    "(?:这些|好像|应该)?(?:都|全)?(?:不是|不对)(?:的|我[要想]问的|这个(?:问题|意思)?)?|noneof(?:them|these)|neither"
)
_NODS: Final = re.compile(r"(?:[👌🆗]|\[(?:ok|好的)\]|\s)+", re.IGNORECASE)
_NOT_LETTERS = re.compile(r"[\W_]+")


def _letters(text: str) -> str:
    return _NOT_LETTERS.sub("", normalized(text))


_TAKES_OVER = Sentence(
    r"(?:好的?|ok|行|可以|嗯|没问题|收到)*(?:那?我(?:来|去)?(?:接|接手|处理|弄|跟)(?:了|吧|一下)*)|(?:ok(?:ay)?|sure|yes)?(?:ill|iwill|ican)takeit"
)
_CANNOT_TAKE = Sentence(
    r"(?:不好意思|抱歉|对不起)?我?(?:现在|这会儿|今天|手上|正|还)*(?:在外面|在忙|有事|没空|走不开|接不了|去不了|来不了|不方便|忙不过来)+(?:.{0,12}(?:接不了|去不了|来不了|走不开|没空))?(?:了|啊|呀)?"
    r"|(?:不好意思|抱歉|对不起)?(?:这个?单?)?我?(?:不接|接不了|不能接)(?:了|啊|哈)?(?:我?(?:现在)?(?:在外面|在忙|有事|没空|走不开|请假了?|不会|不方便|不在))?(?:了|啊|呀)?"
    r"|(?:sorry)?i(?:cant|cannot|canttakeit|mbusy|mout)(?:takeit|now)*"
)


def agreed(text: str) -> bool | None:
    """Return the yes or no that is all a text says, None when it says anything else."""
    said = _letters(text)
    if "?" in text or "？" in text or not said:
        return True if text and _NODS.fullmatch(text) else None
    if _SAYS_NO.is_all_of(said):
        return False
    return True if _SAYS_YES.is_all_of(said) and _A_YES.search(said) else None


def is_none_of_them(text: str) -> bool:
    """Tell whether a text says that no candidate is what was meant."""
    return _NONE_OF_THEM.fullmatch(_letters(text)) is not None


_SIGNED: Final = re.compile(r"[\ufe0f\u20e3]+")  # what makes 2 a key: 2️⃣
_ONLY_A_DIGIT: Final = Sentence(  # “2”, 好的2, 应该是2, 二
    r"[\s\"'“”‘’「」『』【】《》(\[<]*+(?:(?:谢谢|多谢|好的?|嗯|行|收到|可以|ok|那|就|应该|可能|好像|大概|估计|我|的|是|属于|情况|选|回复?|第)++[\s,，。:：\"'“”‘’「『【《(\[<]*+)?"
    r"(?P<digit>\d|(?<=\S)[一二两三四])[个种条项]?[\"'“”‘’」』】》)\]>]*+(?:吧|的|了|啊|呀|哈|[\s。.!！…~～])*+"
)
_PICKS = "选"
_KINDLY_BEFORE = re.compile(  # 谢谢李老师，我选2
    r"(?:(?:谢谢|多谢|感谢|好的?|嗯+|行|收到|辛苦|麻烦|thanks|ok)[^\d,，。!！、;；]{0,8}[\s,，。!！、;；]+)?(?P<picks>(?:那|我|就|想|还是)*(?:(?:选|按)(?:择|的是|了)?|要(?=\s*第?\d\s*$))\s*第?)?(?=[\d一二两三四五六七八九])",
    re.IGNORECASE,
)


def choice(text: str) -> tuple[int, str] | None:
    """Return the digit a person answered with, and what they added; None when the text is something else."""
    said = normalized(text).strip()
    if not _A_DIGIT.search(said):
        return None  # nearly always
    corrected = _CORRECTS.match(said)
    if corrected is not None:
        again = choice(said[corrected.end() :])
        return again if again is not None and not again[1] else None
    several = _SEVERAL.fullmatch(said)
    if several is not None:
        return int(several[1]), ""  # the others can be picked after it
    only = _ONLY_A_DIGIT.fullmatch(_SIGNED.sub("", said))
    if only is not None:
        return int(only["digit"].translate(_DIGITS)), ""
    kindly = _KINDLY_BEFORE.match(said)
    is_alone = kindly is not None and kindly.end() > 0 and not kindly["picks"]
    if kindly is not None and kindly.end():
        said = f"{_PICKS if kindly['picks'] else ''}{said[kindly.end() :]}"
    ordinal = _ORDINAL.match(said)
    if ordinal is not None:
        said = ordinal[0].translate(_DIGITS) + said[ordinal.end() :]
    found = _CHOICE.match(said)
    if found is None or (is_alone and found[2]):
        return None
    return int(found[1]), found[2].strip()


def names_first_entry(text: str) -> bool:
    """Say whether a 1 is said of a list (选1, 第一个, 不对，是1), and not as the number that somebody was asked to reply."""
    said = normalized(text).strip()
    is_named = _FIRST_ENTRY.search(said) is not None or _CORRECTS.match(said) is not None
    return is_named and choice(text) == (1, "")


def scores(text: str) -> tuple[int, int, str] | None:
    """Return speed, quality and a comment from `5 4 很耐心`, `54`, `速度5 质量4`; None when it is not two scores."""
    found = _TWO_SCORES.match(normalized(text).strip())
    return (int(found[1]), int(found[2]), found[3].strip()) if found else None


def one_score(text: str) -> tuple[int, str] | None:
    """Return one score for everything and a comment from `5`, `5分，很耐心` or `很耐心，给五星`; None when it is something else."""
    said = normalized(text).strip()
    found = _ONE_SCORE.match(said)
    if found is not None:
        return int(found[1]), (found[2] or "").strip()
    if (in_words := _satisfaction(said)) is not None:
        return in_words
    is_given = len(said) <= _LONGEST_REMARK and not _NOT_GIVEN.search(_PRAISE.sub("", said))
    stars = list(_STARS.finditer(said)) if is_given else []
    if len(stars) != 1:
        return None
    given = stars[0][1] or stars[0][2]
    comment = (
        said[: stars[0].start()].rstrip(BETWEEN) + " " + said[stars[0].end() :].lstrip(BETWEEN)
    ).strip()
    return (int(given.translate(_DIGITS)) if given else 5, comment)


def _satisfaction(said: str) -> tuple[int, str] | None:
    """Return the place on the usual scale of five words with which a text begins, and a comment: `不满意，来得太慢`."""
    if "?" in said:
        return None
    for score, words in zip(range(5, 0, -1), _SATISFIED, strict=True):
        found = words.match(said)
        end = _ENDS_THERE.fullmatch(found["rest"]) if found is not None else None
        if found is not None and end is not None:
            return score, (end["comment"] or "").strip()
    return None


def confirmed_with_scores(text: str) -> tuple[int, int, str] | None:
    """Return speed, quality and a comment behind the 1 that confirms: `1 5 4`; None when a text is anything else."""
    found = _YES_AND_SCORES.match(normalized(text).strip())
    return (int(found[1]), int(found[2]), found[3].strip()) if found else None


_MISTYPED = SequenceOf(
    "(?:打|写|说|点|按|评|发|选)错了?|不对|手误|手滑了?|更正(?:一下)?|改(?:成|为|一下)|不好意思|刚才?|sorry|typo|i meant",
    "又|应该|是|我|评分|分数|给|打|的|了|[\\s,，。.:：!！~～]",
    flags=re.IGNORECASE,
)
_ERR = re.compile(r"错|不对|手误|手滑|更正|改|typo|meant", re.IGNORECASE)
_FIRST_DIGIT = re.compile(r"\d")
_LONGEST_HEAD = 20


def corrected(text: str) -> tuple[int, int, str] | None:
    """Return the scores that somebody says they meant: `打错了，应该是 4 5`; None when a text says anything else."""
    found = _FIRST_DIGIT.search(text[:_LONGEST_HEAD])
    if found is None or found.start() == 0 or not _ERR.search(text[: found.start()]):
        return None
    said = text[found.start() :].strip()
    one = one_score(said)
    given = scores(said) or ((one[0], *one) if one is not None else None)
    return given if given is not None and _MISTYPED.is_all_of(text[: found.start()]) else None


_LOOK = "(?:看看|看一?下|看|瞧瞧|处理一?下|处理|修一?下|修|弄|搞)"
_DAYS_PART = r"(?:早上|上午|中午|下午|傍晚|晚上)"
_SOME_DAY = rf"(?:(?:今天|明天|后天|今晚|明早|下?周[一二三四五六日天]){_DAYS_PART}?|{_DAYS_PART})(?:(?:\d+|[一二三四五六七八九十两]+)点(?:半|钟)?)?(?:左右|之?前)?"
_BY_AND_BY = rf"(?:{_SOME_DAY}|马上|这就|现在就?|立刻|稍后|一会儿?|等[下会]儿?|(?:大概|大约|还有)?(?:\d+|[一二三四五六七八九十半两几]+)(?:分钟|个?半?小时|点钟?|点半)(?:左右|之?内|以?之?后|前|就)*)"
_TAKES_UP = Sentence(
    f"(?:好的?|收到|行|嗯+|可以|ok|抱歉|不好意思|老师|您好|你好)*+(?:我)?(?:"
    f"我(?:先)?(?:看看|看一?下|瞧瞧)|马上|这就|{_BY_AND_BY}(?:就)?(?:我)?(?:(?:过来|过去|来|到|去|出发|上门|远程|下去|上去){_LOOK}?|{_LOOK})|(?:来|去|过来|过去|先|远程)+{_LOOK}"
    f"|(?:我)?(?:已经?)?(?:在路上|出发|到(?:楼下|门口|现场|学校)))(?:了|啊|哈|吧|的|您|你)*"
)
_NAMED_TAKES_UP = Sentence(f".{{1,12}}(?:由|交给|给)?我(?:来|去|先|过来|过去|马上)+{_LOOK}?(?:了|啊|哈|吧)*")
_TAKES_UP_IN_ENGLISH = Sentence(
    r"(?:ok(?:ay)?|sure|hi|hello|sorry)?[,.!\s]*(?:i ?['’]?(?:m| am|ll| will) )?(?:on my way|coming(?: now| over| right away)*|be there (?:soon|in (?:a|\d+) \w+)|(?:have|take) a look(?: now)?|look(?:ing)? (?:at|into) it(?: now)?)[.!\s]*"
)
_NOT_YET = re.compile(
    r"还有问题|还不行|还没(?:修|弄|搞|处理|整)?好|没有?(?:修|弄|搞|处理|整)?好|没有?解决|(?:根本|压根|都|还|就)*没有?(?:见)?人(?:过?来|修|处理|弄)[过了啊呀]*|怎么就(?:处理|解决|修?好)了|(?:只|才)?(?:修)?好了?一半|(?:只|才)(?:修)?好了?(?:一点|一个)|没(?:有)?(?:完)?全(?:修)?好|不行[了啊呀!！。.]*$|(?:并?没有?|不行|不好)?[啊呀呢哦吧,，。.!！\s]*(?:还是|依然|依旧|仍然)(?:老样子|一个样|一样|不(?:行|好|亮|能|通|动|对)|没(?:好|有?(?:用|反应|变化|声音|信号|画面)))"
    r"|(?:并?没有?|不行)[啊呀呢哦,，。.!！\s]+(?:还|跟|和)(?:之前|刚才|原来|以前)?(?:是)?(?:老样子|一样|不(?:行|好|亮|能|通|动|对))|[跟和](?:之前|刚才|原来|以前)一样(?=$|[了啊呀,，。.!！\s])|没(?:有|什么)?(?:变化|改善|反应|效果)"
    r"|not (?:yet|fixed|working)|still |(?:no(?:pe)?[,.! ]+)?(?:(?:same as|just like) before|no change|(?:the )?same (?:problem|thing|issue)|it(?: still)? (?:does(?:n['’]t| not) work|is(?:n['’]t| not) working))",
    re.IGNORECASE,
)
_REMOTE = re.compile(  # 我远程看下，可以吗？
    r"远程[^。！!\n]{0,20}(?:可以|行|好|方便|同意|成)[吗么不]|(?:可以|可不可以|能|能不能|能否|方便|同意)[^。！!\n]{0,6}远程[^。！!\n]{0,12}(?:[吗么]|[?？])|能(?:不能|否)[^。！!\n]{0,6}远程|(?:\b(?:can|could|may|shall) (?:i|we)\b|\b(?:ok|okay|mind) if (?:i|we)\b)[^.!\n]{0,40}\bremote(?:ly)?\b",
    re.IGNORECASE,
)
_STILL = re.compile(r"(?=[又还仍依再sa])(?:又|还是|仍|依然|再次|\b(?:still|again)\b)", re.IGNORECASE)
_STILL_FIRST = re.compile(r"\W*(?:又|还是|还(?!行|可以|不错|好)|再次|仍)")


def praise(text: str) -> tuple[int, int, str] | None:
    """Return a rating that can only mean that the work is done: nothing below 3, which also keeps it apart from 1 and 2."""
    one = one_score(text)
    given = scores(text) or ((one[0], *one) if one is not None else None)
    return given if given is not None and min(given[:2]) >= GOOD else None


def only_promises(text: str) -> bool:
    """Tell whether somebody who was asked for something says no more than that it will come: `稍等，我下课去看`."""
    said = normalized(text).strip()
    return len(said) <= _LONGEST_PROMISE and _PROMISES.match(said) is not None and not _BRINGS.search(said)


def does_not_suit(said: str) -> bool:
    """Tell whether what follows a time says that it does not suit: `明天上午` … `有课，下午行吗`."""
    return _UNSUITABLE.match(said.strip(" ,，。、")) is not None


def takes_over(text: str) -> bool | None:
    """Return the answer to a hand-over that somebody gives in their own words: `ok 我接` is a yes, `我在外面，接不了` a no; else None."""
    if "?" in text or "？" in text:
        return None
    said = _letters(text)
    if _CANNOT_TAKE.fullmatch(said):
        return False
    return True if agreed(text) or _TAKES_OVER.fullmatch(said) else None


def asks_for_remote(text: str) -> bool:
    """Say whether staff ask a customer to be let in from afar: `我远程看下，可以吗？`, `方便远程吗`."""
    return _REMOTE.search(text) is not None


def takes_up(text: str) -> bool:
    """Tell whether staff say with a whole text that they come or look after it: `收到，十分钟后到`, `投影我来看`."""
    if "?" in text or "？" in text:
        return False
    said = _letters(text)
    is_said = _TAKES_UP.fullmatch(said) or _NAMED_TAKES_UP.fullmatch(said)
    return is_said is not None or _TAKES_UP_IN_ENGLISH.fullmatch(text.strip()) is not None


def not_yet(text: str) -> bool:
    """Tell whether a text says first that it does not work yet."""
    return _NOT_YET.match(text) is not None


def says_still(text: str) -> bool:
    """Tell whether a text begins with saying that it fails still, or again."""
    said = text.strip()
    return _STILL_FIRST.match(said) is not None or not_yet(said)


def says_again(text: str) -> bool:
    """Tell whether a text says anywhere that something is still so, or so again."""
    return _STILL.search(text) is not None


def says_broken(text: str) -> bool:
    """Tell whether a word about a solved ticket says that it is not solved, or not any more."""
    return looks_like_trouble(text.strip()) or says_still(text)
