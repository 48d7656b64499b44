"""What people ask the bot about their own ticket without knowing a command: how far it is, whether it can be sooner, whether somebody comes."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import Final

from bot.meaning.sentence import Sentence
from faq.text import normalized


class Wish(Enum):
    """What is wanted of the ticket that the asker has open here."""

    HOW_FAR = "how far"
    SOONER = "sooner"
    NO_MORE = "no more"
    SOMEBODY = "somebody"


_WHAT = r"(?:都|全部)?(?:我?(?:刚才?|昨天|今天|前天|上午|下午|上周|早上|上次|前几天|那天|之前|早就)?报的(?:那个|这个)?(?:修|障|单子?)?|我的?|那个|这个|刚才的?|上次的?|原来的?)?(?:单子?|工单|报修|报障|问题|事情?|机器|设备|原件)?(?:现在|目前)?"
_DONE = r"(?:好|完|掉)?(?:了)?"
_WHETHER = r"(?:吗|嘛|么|没有?|没)?"
_HOW_FAR = Sentence(
    rf"{_WHAT}(?:"
    rf"到哪(?:里|一步|步)?了?|怎么样了|(?:是)?什么情况了?|(?:有)?(?:什么)?(?:进展|消息|结果)(?:了)?{_WHETHER}"
    r"|还(?:没有?|不)(?:好|修好|弄好|处理好?|解决)(?:吗|嘛|么|呢)?"
    rf"|(?:处理|修|弄|解决|搞)(?:得怎么样|的怎么样|{_DONE})了?{_WHETHER}"
    r"|有(?:没有)?人(?:来|在)?(?:修|处理|看|管|接|跟进)?了?(?:吗|嘛|么)?"
    r"|(?:今天|明天|后天|上午|下午|晚上|现在|一会儿?|等下|下?(?:周|星期)[一二三四五六日天])?(?:还)?(?:能|可以|会)(?:不能|不可以|不会)?(?:今天|明天|今晚|上午|下午|现在|马上|快点)?(?:就|给)?(?:来|到|修好?|上门|处理好?|弄好)(?:了)?(?:吗|嘛|么|呢)?"
    r"|(?:今天|明天|周末|现在|过年|春节|国庆|五一|元旦|中秋|清明|端午|假期|放假|节假日)(?:期间|这几天)?(?:还)?有(?:没有)?人(?:上班|值班|在岗|在|管|修)?(?:吗|嘛|么)?"
    r"|有(?:没有)?人(?:上班|值班|在岗)(?:吗|嘛|么)?"
    r"|(?:师傅|工程师|你们|人)*(?:大概|大约|还|需要|得|要|再|等)+(?:多久|多长时间|几天|几个小时)(?:才)?(?:能)?(?:来|到|好|修好)?(?:呢|啊|呀)?"
    r"|(?:师傅|工程师|你们|人)+(?:大概|大约)?(?:什么时候|几点)(?:能|会)?(?:来|到)|(?:师傅|工程师|人)?(?:来|到)了(?:没有?|吗|嘛|么)"
    r"|(?:今天|明天)?(?:早上|上午|中午|下午|晚上)?(?:[一二三四五六七八九十两]+|\d{1,2})点(?:半|钟)?(?:之?前|左右)?(?:能|可以|会)(?:不能|不可以)?(?:来|到|修好?|弄好|好|处理好)(?:了)?(?:吗|嘛|么|呢)?"
    r"|(?:那|最快|最早|大概)*(?:什么时候|几点|几号|哪天|多久|啥时候)(?:才)?(?:能|可以|会)?(?:来|过来|到|好|修|修好|处理|处理好|解决|弄好)(?:呢|啊|呀)?"
    r"|(?:最快|最早|大概)*(?:什么时候|几点|啥时候)(?:能|可以|才能|才会|会|才)?有人(?:过?来|上门)?(?:修|看|处理|弄)?(?:呢|啊|呀)?"
    r"|(?:大概|那)?(?:几点|什么时候)"
    r"|(?:平台|系统|网站|网络?|服务器?|电|学校|我们|这边)+(?:什么时候|啥时候|几点|多久)(?:能|可以|才能)?(?:好|恢复|修好|弄好|能用|正常|通)(?:呢|啊|呀)?"
    r"|(?<=[修障单子])呢|(?:今天|明天|周末|节假日)(?:调休|补班)?(?:你们)?(?:还)?(?:上班|值班)(?:吗|嘛|么)"
    r"|(?:那|到底)?(?:是)?谁(?:来|在|负责)(?:修|处理|看|跟进|弄|搞|管)?(?:啊|呀)?(?:到底)?"
    r")(?:了)?(?:啊|呀|呢)*"
)
_SOONER = Sentence(
    r"(?:请|麻烦|帮我|帮忙|再|能不能|能|可以|你们|你|这都?)*(?:"
    r"(?:(?:这)?都(?:快|已经|过了?)?(?:半|[一二三四五六七八九十两几\d]+)个?半?(?:多)?(?:小时|分钟|钟头|天)了|(?:半|大半|老半)天了?|这么久了?)+(?:怎么|为什么|咋)?(?:还|都|一直)*没有?(?:个)?人(?:过?来|管|理|接|处理|修)+(?:我们?)?|"
    r"有(?:没有)?人(?:理|管)(?:我们?|一下)?(?:吗|嘛|么|呀)?(?:啊|呀)?|(?:这)?都(?:快|已经|过了?)?(?:半|[一二三四五六七八九十两几\d]+)个?半?(?:多)?(?:小时|钟头|天)了|"
    r"到底(?:修不修|管不管|来不来|弄不弄|处不处理)(?:啊|呀|了)*|"
    r"到底有没有人(?:管|来|理|处理)(?:啊|呀|了)*(?:都?等了?(?:很久|半天|[一二三四五六七八九十半两几\d]+个?半?(?:小时|分钟|天))了?)?|都?等了?[一二三四五六七八九十半两几\d]+个?半?(?:小时|分钟|天)了|催一下|催催|催一催|(?:师傅|工程师)呢|快(?:点|一点|些)(?:派人|派个人|叫人|叫个人|安排人?|找人|来人)?(?:过?来|处理|修)?|快来(?:个)?人|(?:先)?(?:来|修|看|弄|处理)(?:一下)?我们(?:的|这边|班)+|人呢|都?等半天了|(?:尽快|赶快|赶紧|抓紧)(?:时间)?的?(?:安排|派|叫)?(?:个?人|师傅)?(?:过?来)?(?:处理|来|修|看)?(?:一下|下)?|等(?:了)?(?:很|好|太)久了|(?:怎么|为什么|咋)(?:还|都|一直)*没有?人(?:接|管|处理|修|理)?|怎么还(?:不来|没来|没人来?|没好|没处理|没修好?|没动静)"
    r")(?:吧|吗|啊|呀|行不行|行吗|好吗|好不好|谢谢|了)*"
)
_IS_IT_DONE = Sentence(r"(?:现在|那)?(?:修|弄|搞|处理)?好了(?:吗|嘛|么|没有?)(?:啊|呀|呢)*+")
_NOBODY_CAME = Sentence(  # 二班还没来人
    r"(?P<what>.{0,8}?)(?:这边|那边|这里|这儿)?(?:怎么|咋|为什么|到现在|现在|一直|都)*+还(?:是)?没(?:有)?(?:个)?(?:(?:人|师傅|工程师)(?:过?来|到|修|管|处理|接)|(?:过?来|到|见|看到|等到)(?:个)?(?:人|师傅|工程师))(?:过?来|修|处理)?(?:啊|呀|呢|吗|了)*+"
    r"|(?:我们?(?:班|学校|教室|办公室)?|这边|这里)?(?:师傅|工程师|修的人?|维修的?)(?:怎么|咋|到现在|一直)*+还(?:是)?没(?:有)?(?:过?来|到)(?:啊|呀|呢|吗)*+"
)
_NO_NEED = r"(?:不用|不需要|不必|别)(?:再|你们?|您们?|师傅|麻烦)*"
_COMING = r"(?:过?来|派人|上门|跑)*(?:修|看|处理|管|弄)?"
_WORKS = r"(?:(?:现在|刚才|刚|已经|都|它|又|就|我们?|老师|自己|重[启装]|关机|开机|一下|了)*(?:(?:弄|修|搞|整|处理|解决)?好|可以用?|行|能用|正常|恢复正常?|没事|没问题|搞定|解决)了)"
_KINDLY = r"(?:吧|哈|啊|呀|啦|哦|谢谢|感谢|辛苦|麻烦|抱歉|不好意思|打扰|您|你们?|了)*"
_NO_MORE = Sentence(
    rf"(?:算了|已经|它|那就?|那么|你们|师傅)?{_NO_NEED}(?:{_COMING})了?{_KINDLY}(?:{_WORKS}{_KINDLY})?"
    rf"|(?:算了)?(?:我们?|老师)?(?:已经)?自己(?:弄|修|搞|解决|处理)(?:好|定)?了(?:{_NO_NEED}{_COMING}了?)?{_KINDLY}"
    rf"|(?:现在|已经|它)?自己(?:又)?(?:好|可以|行|恢复)了(?:{_NO_NEED}{_COMING}了?)?{_KINDLY}"
    rf"|(?:现在|刚才|刚|又|自己|重[启装](?:一下)?就?)+(?:好|可以|行|正常|恢复|能用)了{_KINDLY}|没事了{_KINDLY}(?:{_WORKS}{_KINDLY})?"
    rf"|(?:帮我|麻烦|请)?(?:把)?(?:那个|这个|刚才的?|我的|上面的?)(?:单子?|工单|报修)(?:帮我|麻烦|给我)?(?:取消|撤|不要|作废)(?:了|掉|吧|一下)*{_KINDLY}"
    rf"|{_WORKS}{_KINDLY}{_NO_NEED}{_COMING}了?{_KINDLY}"
    rf"|(?:就|先)这样(?:吧|了)+(?:{_NO_NEED}{_COMING}了?)?{_KINDLY}|(?:帮我|麻烦|请)?(?:撤了?|撤掉|取消[了掉]|作废)(?:吧|一下)?{_KINDLY}"
)
_BY_MISTAKE = Sentence(  # 发错了，撤回 · 发错群了
    r"(?:不好意思|抱歉|对不起|啊|哦|我)*(?:(?:发|搞|弄|点|说|打)错|报(?:障|修|单)?[错重])了?(?:群|地方|人)?了?(?:不是我们?的?(?:班|教室)?的?)?(?:不好意思|抱歉|对不起)?(?:(?:请|麻烦|帮我)*(?:撤回|撤销|撤了|取消|撤单|不用管|别管|忽略|无视)(?:一下|下|吧|了)*)?"
)
_CALLS_OFF = rf"(?:{_NO_NEED}(?:(?:过?来|派人|派师傅|上门|跑)*(?:修|处理|弄)|派人(?:过?来)?|派师傅(?:过?来)?)了?|撤单|取消(?:报修|工单))"
_OVER = Sentence(  # both: it works, and nobody need come to repair it
    rf"{_WORKS}{_KINDLY}{_CALLS_OFF}{_KINDLY}|{_CALLS_OFF}{_KINDLY}{_WORKS}{_KINDLY}"
)
_NOBODY_NEED_COME = Sentence(rf"(?:你们?|师傅|老师)?{_NO_NEED}{_COMING}了?{_KINDLY}")
_SAYS_IT_WORKS = re.compile(r"(?<![没不])(?:好|可以|行|能用|正常|恢复|亮|通|没事|没问题)了[啊呀啦哈]*$")
_SOMEBODY = Sentence(
    r"(?:对的?|是的?|嗯|那就?|好的?)?(?:请|麻烦|帮我|给我)*(?:帮忙)?(?:报个?(?:修|障|单)(?:一下|吧|啊)*|报一下|登记一下|报上去)(?:吧|啊|谢谢)*|"
    r"(?:请|麻烦|帮我|帮忙|能不能|能|可以|我要|还是)*(?:"
    r"(?:叫|找|派|安排|喊|让)(?:一?[个位])?(?:真?人|活人|工程师|师傅|技术员?|老师傅|维修师?傅?)(?:来|过来|上门|去)?(?:看看|看一下|看下|修|修一下|处理|处理一下|弄一下|弄)?"
    r"|来(?:一?[个位])?(?:人|工程师|师傅)(?:看看|看一下|看下|修|修一下|处理|处理一下)?|(?:我要|转|找|接)?(?:人工|真人)(?:客服|服务)?"
    r")(?:吧|吗|啊|呀|一下|了)*"
)
_HOW_TO_REPORT = Sentence(
    r"(?:请问|我|我们)*(?:想|要|应该|该)*(?:在|到|去)?(?:怎么|怎样|如何|咋|哪里?|什么地方)(?:样)?(?:可以|能|才能|去)?(?:报修|报障|报故障|报单|提交?工单|提交报修|联系(?:工程师|师傅|你们))(?:啊|呀|呢)?"
    r"|(?:报修|报障)(?:要|应该|该)?(?:怎么|如何|咋)(?:弄|报|提|操作)?(?:啊|呀|呢)?|how (?:do|can) (?:i|we) (?:report (?:a |an )?(?:fault|problem|issue|something)|open a ticket|get help)"
)
_ALL_OF_OURS = Sentence(  # 还有几个没修好的
    r"(?:我们|学校|这边|群里)*(?:现在|目前|一共)?(?:还|都|一共)?有?(?:几个|多少|哪些|哪几个|什么)(?:单子?|报修|工单|问题)?(?:还)?(?:没|未)(?:有)?(?:修|处理|解决|弄|办)(?:好|完|了)?的?(?:单子?|报修|工单|问题)?"
    r"|(?:我们|学校|群里)?的?(?:所有|全部)的?(?:单子?|工单|报修)|(?:我们学校|学校|群里)的?(?:单子?|工单|报修)(?:有哪些|进度)?|(?:what|which tickets) (?:is|are) (?:still )?open(?: here)?|all (?:our |open )?tickets"
)
_IN_ENGLISH = {
    Wish.HOW_FAR: Sentence(
        r"(?:is there )?(?:any|some) (?:news|updates?|progress)(?: yet| please)?|(?:is|are) (?:any|some)?(?:one|body|engineer) (?:coming|working on it|looking (?:at|into) (?:it|this)|on it|here)(?: yet| now)?"
        r"|when (?:will|can|is|does) (?:it|this|that|anybody|anyone|somebody|someone|the engineer|you) (?:be )?(?:fixed|ready|done|come|coming|here|arrive|solved)"
        r"|what(?: s| is) (?:the )?(?:status|news|happening|going on)(?: (?:of|with) (?:my ticket|it|this))?|how (?:far|long)(?: is it| will it take| does it take| until it is fixed)?"
        r"|where is (?:my ticket|the engineer)|is (?:it|this) (?:fixed|done|ready|solved)(?: yet| now)?|who is (?:on it|coming|working on it)"
    ),
    Wish.SOONER: Sentence(
        r"(?:please |can you |could you |can somebody |can it )*(?:hurry(?: up)?|be (?:faster|sooner|quick(?:er)?)|come (?:sooner|faster|quickly)|speed (?:it|this) up)(?: please)?"
        r"|(?:as soon as possible|asap)(?: please)?|(?:(?:i|we)(?: have| ve)? been )?waiting (?:for )?(?:too |so |very |ages|hours)(?:long)?|(?:still )?(?:nobody|no one) (?:came|(?:is )?here|has come|is coming)(?: yet)?"
    ),
    Wish.NO_MORE: Sentence(
        r"(?:please )?(?:never ?mind|no (?:longer )?need(?:ed)?(?: to (?:come|fix it))?|(?:you )?(?:don t|do not|needn t|need not) (?:need to |have to )?(?:come|fix it|bother))"
        r"(?: any ?more)?(?: (?:it|that)(?: s| is)?(?: now)? (?:works?|working|fine|ok|fixed itself)(?: again| now)?)?"
        r"|(?:it|that) (?:works|is fine|fixed itself)(?: again| now)? (?:so )?no need(?: to (?:come|fix it))?"
    ),
    Wish.SOMEBODY: Sentence(
        r"(?:please |can you |could you |will you )*(?:send|get|call) (?:me )?(?:somebody|someone|an? (?:engineer|person|human|technician))(?: over| here| please| to (?:come|look|help|fix it))*"
        r"|(?:can|could|will) (?:somebody|someone|an engineer) (?:please )?(?:come|help|look)(?: and| over| here| at it| look| help| fix it| please| me| us)*"
        r"|(?:(?:i|we) (?:want|need|would like)(?: to)?|can i|let me|please)? ?(?:talk|speak|chat) (?:to|with) (?:an? )?(?:real )?(?:human|person|engineer|somebody|someone|agent)(?: please)?"
        r"|(?:(?:i|we) (?:want|need) )?(?:an? )?(?:real )?(?:human|person|agent|engineer)(?: please)|(?:i|we) (?:want|need) (?:an? )?(?:real )?(?:human|person|agent|engineer|technician|somebody|someone)"
    ),
}
_WORKS_IN_ENGLISH = re.compile(r"\b(?:works?|working|fine|fixed)\b", re.IGNORECASE)
_PRESSING = Sentence(
    r"(?:我们?|这边|这个|这|事情|真的|现在|比较|非常|十分|特别|很|挺|特|加|好|太|有点|老师)*(?:紧|着)?急+(?:用|需|的|啊|呀|了|哦|死了)*|十万火急|在线等|(?:学生们?|孩子们?|老师们?|家长们?|领导|大家|我们|这边|都|还|正|在|就)*等着(?:用|上课|考试|开会|打印|签字|看)?(?:的|呢|啊)*"
    r"|(?:能不能|能|可以|请|麻烦)+(?:现在|马上|立刻)就?(?:(?:派人|安排人?)?(?:过?来|处理|修)|派人|安排人)(?:一下|下|吗|吧|啊|呀)*"
    r"|(?:it s |this is |it is |very |really |quite )*urgent(?: please)?"
)
_CLAUSES = re.compile(r"[,，。.!！;；~\n]+")
_MARKS = re.compile(r"[^\w]+")
_LONGEST_ENGLISH = 60
_BARE = 3  # letters: 好了 may be said of anything
_LATELY = 256  # messages, of each of which several things are asked
_LONGEST = 20  # longer texts tell something
_LONGEST_KEEPING = 30
_KEEP: Final = Sentence(
    r"(?:等(?:一?下|等|会儿?)|哎呀?|诶|不好意思|抱歉|不对)?[\s,，。!！]*(?:先|还是|请)?(?:别|不要|不)(?:给我)?撤(?:单|销)?(?:了|啊|呀|吧|先)*[\s。.!！~～]*|撤错了?(?:单)?(?:了)?[\s。.!！~～]*|(?:wait,? )?(?:please )?(?:don['’]t withdraw|keep it open)[\s.!]*"
)


def takes_withdrawal_back(text: str) -> bool:
    """Say whether a whole text wishes that a ticket is not withdrawn after all: 等等，别撤."""
    return len(text) <= _LONGEST_KEEPING and _KEEP.fullmatch(text) is not None


@lru_cache(maxsize=_LATELY)
def _letters(text: str) -> str:
    return _MARKS.sub("", normalized(text))


def _words(text: str) -> str:
    """Return the words of an English text, with a space between."""
    return _MARKS.sub(" ", text).strip().lower()


def _words_or_letters(text: str) -> str:
    folded = normalized(text)
    return _words(folded) if folded.isascii() else _letters(text)


def wish(text: str) -> Wish | None:
    """Return what a whole text asks about the asker's own ticket, or None when it says anything else."""
    folded = normalized(text)
    if folded.isascii() or "’" in folded:
        return _in_english(folded)
    said = _letters(text)
    if is_over(text):
        return Wish.NO_MORE
    if not said or len(said) > _LONGEST:
        return None
    if _NO_MORE.fullmatch(said) or _BY_MISTAKE.fullmatch(said):
        return Wish.NO_MORE
    if _SOONER.fullmatch(said):
        return Wish.SOONER
    if _SOMEBODY.fullmatch(said):
        return Wish.SOMEBODY
    return Wish.HOW_FAR if _HOW_FAR.fullmatch(said) else None


def asks_how_to_report(text: str) -> bool:
    """Say whether a whole text asks how one reports something: `怎么报修`."""
    return _HOW_TO_REPORT.fullmatch(_words_or_letters(text)) is not None


def asks_for_all(text: str) -> bool:
    """Say whether a whole text asks what is open of a customer: `还有几个没修好的`."""
    return _ALL_OF_OURS.fullmatch(_words_or_letters(text)) is not None


def asks_whether_done(text: str) -> bool:
    """Say whether a whole text is `好了吗`: of a customer it asks after what they have reported, of staff after anything."""
    return _IS_IT_DONE.fullmatch(_letters(text)) is not None


def whose_nobody_came(text: str) -> str | None:
    """Return what a text says that nobody has come for, empty where it only says so: `二班还没来人`; None when it says anything else."""
    found = _NOBODY_CAME.fullmatch(_letters(text))
    return found["what"] or "" if found is not None else None


def has_waited(text: str) -> bool:
    """Say whether a clause of a text says that nobody has come for too long: `什么破服务，都半个小时了还没人来！！！`."""
    folded = normalized(text)
    if len(folded) > _LONGEST_ENGLISH:
        return False
    if folded.isascii():
        parts = map(_words, _CLAUSES.split(folded))
        return any(_IN_ENGLISH[Wish.SOONER].fullmatch(part) for part in parts if part)
    clauses = (_MARKS.sub("", part) for part in _CLAUSES.split(folded))
    return any(len(part) <= _LONGEST and _SOONER.fullmatch(part) for part in clauses if part)


def is_pressing(text: str) -> bool:
    """Say whether a text says first, or only, that it is urgent: `急`, `很急，七点有活动`, `it's urgent`."""
    folded = normalized(text)
    first = next(filter(None, _CLAUSES.split(folded)), "")
    words = folded.split() if folded and not folded.isascii() else [""]  # 学生闹起来了 急, 急 明早八点考试
    parts = (first, words[0], words[-1])
    return any(_PRESSING.fullmatch(_words(part)) for part in parts if part)


def begins_by_calling_off(text: str) -> bool:
    """Say whether a text says first that nobody need come any more, whatever it gives as a reason: `别来了，已经借到别的`."""
    clauses = (_MARKS.sub("", part) for part in _CLAUSES.split(normalized(text)))
    first = next(filter(None, clauses), "")
    return (
        len(first) <= _LONGEST
        and (_NO_MORE.fullmatch(first) or _NOBODY_NEED_COME.fullmatch(first)) is not None
    )


def is_by_oneself(text: str) -> bool:
    """Say whether a whole text says that whoever speaks has mended it themselves: `算了我自己搞定了`."""
    said = _letters(text)
    return len(said) <= _LONGEST and "自己" in said and _NO_MORE.fullmatch(said) is not None


def is_over(text: str) -> bool:
    """Say whether a whole text says both that it works and that nobody need repair it: `重启好了，不用来修了`, `我换了根线好了，不用来了`."""
    if text.isascii() and _WORKS_IN_ENGLISH.search(text) is not None:
        return _in_english(text) is Wish.NO_MORE
    said = _letters(text)
    if len(said) <= _LONGEST and _OVER.fullmatch(said):
        return True
    if len(said) > _LONGEST_ENGLISH or "不用" not in said:
        return False
    clauses = [clause for part in _CLAUSES.split(normalized(text)) if (clause := _MARKS.sub("", part))]
    off = [clause for clause in clauses if _NOBODY_NEED_COME.fullmatch(clause)]
    on = [clause for clause in clauses if _SAYS_IT_WORKS.search(clause) and len(clause) > _BARE]
    return bool(off and on) and len(off) + len(on) == len(clauses)


def _in_english(text: str) -> Wish | None:
    said = _words(text)
    if not said or len(said) > _LONGEST_ENGLISH:
        return None
    return next((wished for wished, pattern in _IN_ENGLISH.items() if pattern.fullmatch(said)), None)
