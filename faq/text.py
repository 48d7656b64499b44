"""How people type: folds what means the same to the same letters, and tells thanks, questions, troubles and noise apart."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources
from string import punctuation

from faq.device_troubles import says_a_device_fails
from faq.sequences import SequenceOf

# Marks above letters, variation selectors and zero-width characters carry no letters of their own.
_INVISIBLE = re.compile("[\u00ad\u0300-\u036f\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]+")
_NOT_A_LETTER = re.compile(r"[\W_]+")
# Most of what people write: letters that stay as they are, and marks that are no letters in any form.
_EVERYDAY = re.compile(r"[\t\n\r\x20-\x7e\u4e00-\u9fff，。！？、；：“”‘’（）《》【】…—～·]*")
_NARROW = (
    ("，", ","),
    ("！", "!"),
    ("？", "?"),
    ("；", ";"),
    ("：", ":"),
    ("（", "("),
    ("）", ")"),
    ("～", "~"),
    ("…", "..."),
)
_LATELY = 256  # what a text is, is asked by several about the same message
# What stands at the ends of such a text and is no letter.
_MARKS = f"\t\n\r {punctuation}，。！？、；：“”‘’（）《》【】…—～·"
# Text of these characters alone cannot change when it is folded again.
_SETTLED = re.compile(r"[ 0-9a-z\u4e00-\u9fff]*")
_FOLDED = re.compile(r"[0-9a-z\u4e00-\u9fff]*(?: [0-9a-z\u4e00-\u9fff]+)*")  # once it is simplified

# What a platform or a person puts into a text that is no part of a question.
_CODE = re.compile(r"\[CQ:[^\]]*\]")
_LINK = re.compile(r"https?://[^\s\u4e00-\u9fff]+|www\.[^\s\u4e00-\u9fff]+", re.IGNORECASE)
_MENTION = re.compile(r"(?<![\w.])[@＠][^\s@＠,，:：]{1,20}(?=[\s,，:：]|$)[,，:：]?")
_LONG_NUMBER = re.compile(r"(?<![0-9a-zA-Z])[0-9]{7,}(?![0-9a-zA-Z])")
_MAY_BE_CODE = re.compile(r"[@＠\[/]|[wW]{3}\.|[0-9]{7}")
# Three and more of one character are one; two may be a word.
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")

# How people write 没有 as they say it; 积木有, 大米有 and the like are other words.
_THERE_IS_NONE = re.compile(
    "(?<![树积红林草花乔灌硬软原实楠檀朽枯伐桃梨柚松杉柏橡榆桦枫圆方土麻])木有|(?<![大小玉厘毫分平千虾糯稻纳红黑海江薏糙几多0-9一二三四五六七八九十百半])米有|冇得?|莫得|没得(?=信号|声音|网|反应|电|画面|水)"
)
_MAY_BE_NONE = re.compile("[木米]有|冇|[莫没]得")

_GREETINGS = (
    "大家好|各位(?:老师|家长|大佬)?们?好|老师们?好|您好|你好|早上好|上午好|中午好|下午好|晚上好|各位老师|各位大佬"
    "|在吗|在不在|在么|有人吗|有人在吗|客服在吗|客服在不在|哈喽|有人知道吗"
    "|请问一下|请问下|请问|请教一下|请教|求教|求解答|麻烦问一下|麻烦问下|麻烦您?看一?下"
    "|我?想问一下|我?想问下|我?想请问|我?问一下|问下|弱弱的?问一句|咨询一下|咨询下"
)
# These also begin ordinary sentences ("老师端", "亲属", "额度"), so only a pause after them makes a greeting.
_CALLS = "各位|老师|客服|小助手|群主|亲|嗨|求助|麻烦|那个|啊|呀|哈|哎|唉|额|呃|嗯|诶|哦|hello|hi|hey guys|hey|please|pls help|excuse me"
_CLOSINGS = (
    "谢谢您|谢谢你|谢谢了|谢谢啦|谢谢|多谢大佬|多谢|感谢|谢了|麻烦了|辛苦了|拜托了|急急急|很急|好急|好着急|在线等"
    "|求解答|求助|有人知道吗|有人吗|在吗|啊|呀|呢|吧|哈|哦|噢|嘛|哎|唉|呃|嗯|诶|哟"
)
_CLOSING_WORDS = "急|thank you|thanks|thx|please|pls"
_AT_THE_START = re.compile(rf"^(?:(?:{_GREETINGS}) ?|(?:{_CALLS})(?: |$))+")
_AT_THE_END = re.compile(rf"(?: ?(?:{_CLOSINGS})| (?:{_CLOSING_WORDS}))+$")
_ENDINGS = tuple(f"{_CLOSINGS}|{_CLOSING_WORDS}".split("|"))

_WORKS = (
    "(?:已经?|都|现在|又|终于)?(?:好了|可以了|行了|能用了|可以用了|能打开了|打开了|能登录?了|登上了|登录上了|连上了|进去了"
    "|能进了|打出来了|出来了|正常了|恢复了|解决了|解决|搞定了|搞定|弄好了|修好了|成功了|没问题了|ok了)"
    "|(?:it(?:s|is|all)?|all|everything(?:s|is)?)?(?:work(?:s|ing)(?:now|again|fine|perfectly|great|well)+)|itworks|allgood(?:now)?|(?:its|all)?(?:fixed|solved|resolved|sorted)(?:now)?"
    "|that(?:didit|didthetrick|fixedit|worked|helped)"
)
_THANKS = (
    "(?:非常|十分|太|多)?感谢|谢谢|谢啦|谢了|多谢|3q|thx|tks|thanks?(?:you)?(?:somuch|alot)?|thankyou(?:somuch)?"
    "|好的?|好嘞|好滴|好哒|好吧|行|嗯+|哦+|噢|ok(?:ay)?|okk+|收到|明白了?|知道了|了解了?|懂了|清楚了|辛苦了?"
    "|再见|拜拜|晚安|(?:新年|春节|元旦|元宵|中秋|国庆|端午|五一|教师节|圣诞|节日|周末|假期)(?:快乐|愉快|好)|过年好|bye(?:bye)?|goodbye|goodnight"
    "|没事了|不用了|不需要了|太好了|太棒了|真棒|棒|赞|给力|厉害|好耶|great|perfect|gotit|cool|nice|cheers(?:mate)?|brilliant|lovely|awesome|muchappreciated"
)
_TO_WHOM = "(?:[老小阿][\u4e00-\u9fff]|[\u4e00-\u9fff]{1,2}(?:老师|师傅|主任|经理|工程师|组长|校长|总|工|哥|姐))|您|你们|你|老师|大家|各位|大佬|师傅|小助手|助手|客服|啦|了|哈|啊|呀|哦|嗯|的"
_ONLY_THANKS = SequenceOf(f"{_WORKS}|{_THANKS}", _TO_WHOM)
_SAYS_IT_WORKS = re.compile(_WORKS)
_GLAD_SIGNS = re.compile(
    "[👍👌🙏✅💯🎉❤😊😄😁🙂🤝🌹💐👏]|\\[(?:强|赞|ok|玫瑰|抱拳|鼓掌|爱心|好的|握手)\\]", re.IGNORECASE
)

_STICKER = re.compile(r"\[[^\[\]]{1,8}\]")
_NO_WORDS = SequenceOf(
    r"[0-9 ]|哈|呵|嘿|嘻|噗|啊|哦|噢|呃|额|嗯|唉|哎|诶|呀|嗷|呜|草|hia|ha|he|hi|xs|www|lol+|lmao|emm+|hmm+|hh+|o"
)

# Where no word of it begins is seen at once, without trying each: that is most of the time such a pattern takes.
_ASKS = re.compile(
    "(?=[怎咋如为什啥哪在多几第能可会要往去上到从需吗是有行对谁请求么呢缺acdhimw])(?:怎么|怎样|咋|如何|为什么|为啥|为何|什么|啥(?:时候|原因|意思|情况)|哪里|哪儿|哪个|哪些|在哪|多少|多久|几点|(?<![过前这那好后])几天|第几"
    "|[能可会要]以?[^吗么，。 ]{1,8}不$|(?:往|去|上|到|从)?哪(?:领|取|买|交|办|开|找|修|扔|拿|借|充|退|换|缴|查|下载|报名|租|停)|[要需缺][办带填交准备弄走]{0,2}啥(?!子?的)"
    "|啥(?:手续|证|材料|东西|流程|条件|资料)|(?<![好过有这那前后十])几(?:块|毛|折|个月一|个号|号[开放交发])|能[^，。 ]{1,4}几[本张个次台天]|吗(?=[^啡，。 ]{1,4}$)"
    "|能不能|能否|可不可以|可否|是不是|是否|有没有|要不要|会不会|行不行|对不对|谁(?:能|知道|会|有)|请问|请教|求助|求教|吗$|吗 |么$|呢$"
    r"|^(?:how|why|what|where|when|which|who|is|are|do|does|did|can|could|may)\b|\bhow (?:do|does|can|to|should)\b"
    r"|\b(?:can|could) (?:i|we|you|someone|anyone|anybody)\b|\bdoes (?:it|the|this|that|anyone|anybody)\b)",
    re.ASCII,  # a letter beside Chinese begins a word
)
_SMALL_TALK = re.compile(
    "(?:吃饭?了?[吗么没]|吃(?:了|过)吗|在[吗么]|在不在|有人[吗么]|好[吗么]|是[吗么]|对[吗么]|真的[吗么]|行[吗么]|可以[吗么]|开会[吗么]|下班了?[吗么]|睡了[吗么]|怎么了|为什么呢?|什么|啥|谁)++"
)
_CALLS_OUT = re.compile(
    "(?:你好|您好|hello|hi|喂|哈喽)*+(?:有(?:没有)?人(?:在|理|管)?(?:吗|么|嘛|没)?|在(?:吗|么|嘛|不在|不)|人呢|anybodythere|anyonethere|hello|喂)[啊呀呢哦]*+"
)
_ABOUT_THE_BOT = re.compile(
    "你(?:到底)?(?:是谁|叫(?:什么|啥)(?:名字)?|是(?:不是)?(?:机器人|真人|人工|人)[吗么]?|有(?:什么|哪些)(?:功能|用)|怎么用"
    "|(?:都|还)?(?:会|能)(?:帮我?)?(?:做|干|帮忙)?(?:些|点)?(?:什么|啥)|(?:都|还)?[会能]干嘛?)[呀啊呢]?"
    "|(?:who|what) are you|what can you do|are you (?:a )?(?:bot|robot|human|real)",
)
# Troubles that can also be said not to be there.
_SLOW_OR_SHUT = (
    "[传发导]不[过出]去|(?:系统|网络|网速|上网|网页|[校内外]网|网(?=[很好太])|电脑|平台|页面|软件|程序|加载|登录|响应|速度|服务器|wifi|无线|[a-z]{2,8})[^，。 ]{0,4}慢(?!慢|一?点|下来)"
    "|(?:停|断)[电水]了|印偏了|[账帐]号[^，。 ]{0,3}(?:被锁|锁了|锁住)|(?<![别没要会])忘[了记]?[^，。 ]{0,4}密码|密码[^，。 ]{0,4}忘"
)
_OFTEN = "(?:怎么|都|全部?|又|也|突然|就|一直|老是?|总是?|一下子?)*"
_GONE = (  # 全校网都断了, 班班通全黑了
    f"(?:网络?|电|信号|连接|wifi|无线|线路){_OFTEN}断(?:开|掉)?(?:了|的)|(?:网络?|电|信号|声音?|画面|图像|wifi|无线){_OFTEN}没(?:有)?了"
    f"|(?:屏幕?|[白黑]板|显示器?|电脑|投影仪?|班班通|一体机|电视机?|大屏){_OFTEN}黑(?:屏)?了"
)
_TROUBLES = (
    "打不[开出了]|[开关启]不了(?:机|门)?|登不[上了进]|登[录陆]不[上了进]|(?<![早晚])上不[去了]|连接?不[上了通]|接不[上通]|进不[去了]|用不了|不能用"
    "|装不[上了]|下不[了来]|下载不[了来]|传不[上了]|上传不[了上]|保存不[了上]|存不[了上]|提交不[了上]|发不[出了]|收不到|看不[到了见]|听不[到见清]|找不到"
    "|刷不[了出]|扫不[了出]|搜不到|播不[了出]|放不[了出]|投不[了上]|录不[了上]|点不[了开动]|动不了|加载不[了出]|显示不[了出]|打印不[了出]|导不[了出入]|查不[了到出]|选不[了上]"
    r"|(?<![想看对])不起来|(?:屏幕?|画面|显示器?)[^，。,\s]{0,6}[黑蓝白花绿]的|有(?:电流声|杂音|噪音|异响|异味|回声)|漏水|冒烟|跳闸|短路|卡住"
    "|不(?:制冷|制热|通电|上电|充电|联网|同步|转了|走了|出水|出纸|出声|开机)|写不[上了出]|关不[上了]|拔不[出下]|弹不出"
    "|卡纸|不出来|没反应|没有反应|没声|没有声音|没信号|无信号|没有信号|没网|没有网|断网|掉线|断线|不显示|不亮|不动了|不工作|失灵|(?:触[摸控屏]|鼠标|键盘|遥控器?|按[键钮]|感应|话筒|白板|屏幕?)[^，。 ]{0,4}不灵|不响应|不识别|识别不了|不好使|不管用|不行了|失效|过期"
    f"|{_SLOW_OR_SHUT}|{_GONE}|报错|出错|错误|失败|异常|故障|坏了|坏掉|死机|卡死|卡住|很卡|太卡|黑屏|蓝屏|白屏|花屏|闪屏|闪退|崩溃|崩了|挂了|宕机|瘫痪|乱码|无法|不能(?:登|打|上|用|连|保|提|下|传|播|录|显|进|访|正|切|印|导|查|选)"
    r"|\b(?:forgot(?:ten)? (?:my|the|your) (?:password|pin|login|username|code)|locked out|(?:account|login|user) (?:is |got |was |has been )?locked|not work(?:ing)?|doesn t work|don t work|won t|wont|can t|cant|doesn t|doesnt|isnt|isn t working|cannot|keeps? (?:dropping|disconnecting|crashing|freezing|restarting|failing)|could not|unable to|broken|error|errors|fail(?:s|ed|ure)?|crash(?:es|ed)?|stuck|frozen|down|no (?:sound|signal|network|internet|response))\b"
)
_FAILS = re.compile(
    f"(?=[a-z一大班线声信图上下不乱传保停关内冒写出刷加动卡印发听启响坏外太失存宕密导屏崩帐平开异弹录很忘感打扫找投报拔挂按掉接提搜播收放故断无显有服查校死没漏点用电画瘫登白看短程系网花蓝装触识话账跳软过进连选速遥错键闪页黑鼠])(?:{_TROUBLES})",
    re.ASCII,
)
MAY_FAIL = re.compile(  # every trouble has one of these; most of what people say to each other has none
    "[不没无黑屏画显流杂噪异回漏冒跳短卡断掉停失过错故坏死闪崩挂宕瘫乱慢偏锁忘a-z0-9]"
)
_ASKS_FOR_HELP = re.compile(  # the end of a text that told of something
    "(?:麻烦|请|帮忙|帮我|帮|能不能|能否|可否|可以)(?:你们?|您|老师|师傅|工程师|派?[个位]?人)?(?:帮忙|帮我|抽空|尽快|过来|来|去)*"
    "(?:看看|看一?下|瞧瞧|瞅瞅|处理一?下?|修理?一?下?|检修一?下?|维修一?下?|弄一?下|解决一?下?|检查一?下)(?:一下)?(?:是?(?:怎么回事|什么原因|什么情况|啥情况))?[吧吗嘛呢哈]?"
    "|(?:please |could you |can you |can somebody |can someone )+(?:help|have a look|take a look|look at it|fix it|check it|come)(?: please)?"
)
_MAY_ASK_FOR_HELP = re.compile(r"[看瞧瞅理修弄决查]|\b(?:help|look|fix|check|come)\b")
_HELP_WITH_OTHER_THINGS = re.compile(
    "大家|各位|同学|通知|公告|私信|私聊|邮件|消息|微信|表格|作业|作文|题|论文|教案|名单|课表|群里|群公告|一下班|看班|看孩子|接孩子|值日"
)
_LEAST_TOLD = 4  # letters before the wish for help
_DENIED = re.compile(
    f"(?:没有?|不再|未)(?:再)?(?:{_SLOW_OR_SHUT}|报错|出错|错误|失败|异常|故障|死机|掉线|断线|问题|卡纸|坏|[黑蓝白花闪]屏|断网|漏水|跳闸|冒烟|闪退|崩溃|乱码|宕机)"
)


@cache
def _to_simplified() -> dict[int, str]:
    folder = resources.files("faq").joinpath("data")
    # Written by hand, the last word; and the whole table.
    texts = [folder.joinpath(name).read_text("utf-8") for name in ("traditional.txt", "simplified.txt")]
    lines = [line for text in texts for line in text.splitlines() if not line.startswith("#")]
    return {ord(form): token[0] for line in lines for token in line.split() for form in token[1:]}


@cache
def _traditional() -> re.Pattern[str]:
    """Return what finds a character that has a simplified form: most texts have none, and looking it up in a table is slow."""
    return re.compile(f"[{''.join(map(chr, _to_simplified()))}]")


def _simplified(text: str) -> str:
    return text.translate(_to_simplified()) if _traditional().search(text) else text


@lru_cache(maxsize=_LATELY)
def normalized(text: str) -> str:
    """Return the NFKC form of a text: half width, one form of each letter. What people write every day is there much sooner."""
    if not _EVERYDAY.fullmatch(text):
        return unicodedata.normalize("NFKC", text)
    for wide, narrow in _NARROW:
        text = text.replace(wide, narrow)
    return text


def _fold_once(text: str) -> str:
    if not _EVERYDAY.fullmatch(text):
        text = _INVISIBLE.sub("", _simplified(unicodedata.normalize("NFKC", text)).casefold())
        return _NOT_A_LETTER.sub(" ", text).strip()
    return _NOT_A_LETTER.sub(" ", _simplified(text).casefold()).strip()


def plain(text: str) -> str:
    """Return what a person wrote without mentions, platform codes, stickers and links; long numbers become 0.

    A text of nothing else stays as it is.
    """
    if not _MAY_BE_CODE.search(text):
        return _REPEATED.sub(r"\1", text) if _REPEATED.search(text) else text
    bare = _STICKER.sub(" ", _MENTION.sub(" ", _LINK.sub(" ", _CODE.sub(" ", text))))
    bare = _REPEATED.sub(r"\1", _LONG_NUMBER.sub("0", bare)).strip()
    return bare or text


@lru_cache(maxsize=_LATELY)
def fold(text: str) -> str:
    """Return the letters and digits of a text in one form: simplified, lower case, half width, single spaces.

    Punctuation and emoji become spaces, 木有 is 没有. Folding twice gives the same as folding once.
    """
    folded = _folded(text)
    return _THERE_IS_NONE.sub("没有", folded) if _MAY_BE_NONE.search(folded) else folded


def _folded(text: str) -> str:
    bare = text.strip(_MARKS)
    if _FOLDED.fullmatch(bare) and not _traditional().search(bare):
        return bare  # most texts are
    folded = _fold_once(text)
    while not _SETTLED.fullmatch(folded):
        again = _fold_once(folded)
        if again == folded:
            break
        folded = again
    return folded


def strip_fillers(folded: str) -> str:
    """Return a folded text without greetings, thanks and particles at its ends; never empty unless it was."""
    stripped = _AT_THE_START.sub("", folded)
    if stripped.endswith(_ENDINGS):
        stripped = _AT_THE_END.sub("", stripped)
    return stripped.strip() or folded


@lru_cache(maxsize=_LATELY)
def is_thanks(text: str) -> bool:
    """Tell whether a message consists of nothing but thanks, an acknowledgement or "it works"."""
    words, is_glad = _words_of_thanks(text)
    return _ONLY_THANKS.is_all_of(words) if words else is_glad


def is_helped(text: str) -> bool:
    """Tell whether a message says that it works now, and nothing else but thanks."""
    return is_thanks(text) and bool(_SAYS_IT_WORKS.search(_words_of_thanks(text)[0]))


def _words_of_thanks(text: str) -> tuple[str, bool]:
    if "?" in text or "？" in text:
        return "?", False
    if "[" not in text and _EVERYDAY.fullmatch(text):
        return fold(text).replace(" ", ""), False  # most texts have no signs
    plain = _GLAD_SIGNS.sub(" ", text)
    return fold(_STICKER.sub(" ", plain)).replace(" ", ""), plain != text


@lru_cache(maxsize=_LATELY)
def is_noise(text: str) -> bool:
    """Tell whether a message has no words: stickers, punctuation, digits, laughter. An open question may still wait
    for the digits."""
    folded = fold(_STICKER.sub(" ", text) if "[" in text else text)
    return not folded or _NO_WORDS.is_all_of(folded)


@lru_cache(maxsize=_LATELY)
def looks_like_question(text: str) -> bool:
    """Tell whether a message asks something that a support bot might know. Errs towards no."""
    folded = fold(text)
    words = strip_fillers(folded)
    if len(words) < 3 or _SMALL_TALK.fullmatch(words):
        return False
    is_asked = _ASKS.search(folded) or (words != folded and _ASKS.search(words))
    return bool(is_asked) or text.rstrip(" ~～!！。.").endswith(("?", "？"))


def only_calls_out(text: str) -> bool:
    """Tell whether a message only calls for whoever is there: 有人吗, 在吗, hello?"""
    return _CALLS_OUT.fullmatch(fold(text).replace(" ", "")) is not None


def asks_who_you_are(text: str) -> bool:
    """Tell whether a message asks what the bot is or does, and nothing else."""
    return _ABOUT_THE_BOT.fullmatch(strip_fillers(fold(text))) is not None


@lru_cache(maxsize=_LATELY)
def looks_like_trouble(text: str) -> bool:
    """Tell whether a message reports that something does not work. Errs towards no."""
    folded = fold(text)
    fails = MAY_FAIL.search(folded) is not None and _FAILS.search(_DENIED.sub(" ", folded)) is not None
    return (fails or says_a_device_fails(folded)) and not is_thanks(text)


@lru_cache(maxsize=_LATELY)
def asks_for_help(text: str) -> bool:
    """Tell whether a message tells of something and asks at its end that somebody looks after it. Errs towards no."""
    folded = fold(text)
    if not _MAY_ASK_FOR_HELP.search(folded):
        return False
    words = strip_fillers(folded).removesuffix(" 谢谢").strip()
    wishes = list(_ASKS_FOR_HELP.finditer(words))
    if not wishes or wishes[-1].end() != len(words):
        return False
    return len(words[: wishes[-1].start()].strip()) >= _LEAST_TOLD and not _HELP_WITH_OTHER_THINGS.search(
        words
    )
