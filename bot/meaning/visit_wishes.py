"""When and where somebody may come: what whoever waits for a visit says to nobody, `下午两点以后再来`, `我下午不在，找李老师`."""

from __future__ import annotations

import re

from bot.meaning.sentence import Sentence

_LONGEST, _LONGEST_ENGLISH = 40, 100
_MARKS = re.compile(r"[\s,，。.!！;；~～、]+")
_DAY = r"(?:今天|明天|后天|大后天|今晚|明早|明晚|下?个?(?:周|星期|礼拜)[一二三四五六日天]?|早上|上午|中午|下午|傍晚|晚上|这会儿|现在|刚好|正好)"
_HOUR = r"(?:\d{1,2}(?:[:：]\d{2}|点)|[一二三四五六七八九十两]{1,3}点)(?:半|钟|一刻)?"
_LATER = r"(?:过(?:一)?会儿?|等(?:一)?会儿?|等一?下|晚点|晚一点|下课|放学|午休|这节课|下节课|第[一二三四五六七八]节课?|考完试?|散会)"
_WHEN = rf"(?:{_DAY}|{_HOUR}|{_LATER}|以后|之后|左右|结束|之?前|后)"
_WHO = r"(?:[\u4e00-\u9fff]{1,3}(?:老师|主任|校长|师傅|同学|阿姨)|我(?:同事)?|门卫|保安|传达室)"
_SOFTLY = r"(?:吧|哈|哦|啊|呀|呢|了|好吗|行吗|可以吗|好不好|行不行|谢谢|麻烦|辛苦|就行|就好|就可以|即可)*+"
_BUSY = rf"(?:我们?|我?这边|教室|班上|老师|学生)?{_DAY}*(?:都|要|还|在|正)*(?:不太?方便|没空|不在(?:学校|办公室|教室)?|上课|有课|开会|考试|监考|有活动|出去|出差|请假)"
_COMES = rf"(?:那|还是|就|请|麻烦|你们?|您|师傅|工程师|可以|能不能|能)*{_WHEN}+(?:再|你们?|您|请|才?能)*(?:过?来|上门|过?来[修弄看]|修|弄|处理|联系我?)(?:一下|下)?"
_FINDS = rf"(?:请|麻烦|可以|直接|就|到时候?|来了|到了)*(?:找|联系|问){_WHO}"
_WAITS = r"(?:我们?)?(?:就)?在[^，。,?？]{1,10}?等(?:着)?(?:你们?|您|师傅)?"
_CALLS = r"(?:到了|来之前|过?来前|来的时候|到之前|快到了?|到时候?|出发前?)(?:请|麻烦|先|就)*(?:给我|跟我|和我)?(?:打(?:个|一下)?(?:我的?)?电话|打我手机|联系(?:一下)?我?|说一[声下]|叫(?:一下)?我|提前说)\d{0,11}"
_KEY = r"(?:教室|机房|门)?(?:的)?(?:钥匙|门禁卡)(?:在|放在?|找|问)[^，。,?？]{1,10}?"
_PLEASE = r"(?:please |could you |can you |then |but |so |and )*"
_SURE = Sentence(
    rf"(?:{_COMES}|{_WAITS}|{_CALLS}|{_KEY}){_SOFTLY}"
    rf"|{_PLEASE}(?:call|ring|phone|text) me (?:first|before|when|once|as soon as)\b[^?]{{0,30}}"
    rf"|{_PLEASE}(?:come|come back|drop by|visit) (?:after|before|later|tomorrow|at|on|in the|this|next)\b[^?]{{0,30}}"
    r"|(?:the )?key is (?:at|with|in|under)\b[^?]{2,30}|(?:i'?ll|i will|i'?m|i am) wait(?:ing)? (?:for you )?(?:in|at|by)\b[^?]{2,30}"
)
_AWAY = Sentence(  # this or the next alone may be about anything
    rf"{_BUSY}{_SOFTLY}|(?:i'?m|i am|we'?re|we are|i'?ll be) (?:in a |at a |having a )?(?:lesson|class|meeting|teaching|away|out|busy|not in|not here|off)\b[^?]{{0,30}}"
)
_OTHER = Sentence(rf"{_FINDS}{_SOFTLY}|{_PLEASE}(?:ask for|look for|see|ask)\b[^?]{{2,25}}")
_POLITE = Sentence(
    r"\d{7,11}|(?:hi|hello|thanks|thank you|sorry|please|ok)|(?:好的?|师傅|您好|你好|不好意思|抱歉|谢谢|麻烦|辛苦|了|嗯)*+"
)
_STOPS = re.compile(r"\s*[,.!;~]+\s*")
_HINTS = re.compile(
    r"call|ring|phone|text|come|drop|visit|key|wait|ask|look|see|来|方便|没空|不在|课|会|考|假|差|活动|出去|找|联系|问|等|电话|手机|钥匙|门禁|上门|修|弄|处理|叫|说"
)


def is_of_a_visit(text: str) -> bool:
    """Say whether a whole text tells only when or where somebody may come, or whom they are to look for."""
    said = text.strip().lower().replace("’", "'")
    is_english = said.isascii()
    if len(said) > (_LONGEST_ENGLISH if is_english else _LONGEST) or _HINTS.search(said) is None:
        return False
    parts = (_STOPS if is_english else _MARKS).split(said)
    clauses = [clause for clause in parts if clause and not _POLITE.fullmatch(clause)]
    sure, away, other = (
        {at for at, clause in enumerate(clauses) if sentence.fullmatch(clause)}
        for sentence in (_SURE, _AWAY, _OTHER)
    )
    return (bool(sure) or bool(away and other)) and len(sure | away | other) == len(clauses)
