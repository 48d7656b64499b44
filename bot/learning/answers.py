"""Whether what a knowledge manager says after a question nobody could answer is the answer, or talk; pure."""

from __future__ import annotations

import re

from faq.text import fold, is_thanks, looks_like_question

_LEAST = 4  # characters
_AGREES = r"(?:好的?|行|嗯+|哦|收到|知道了|明白|可以|ok(?:ay)?)?[\s,.!~、]*+"
_WHEN = r"(?:晚[点些上]|稍后|稍等|等[会下一]|等我|回头|明[天早]|后天|今晚|[下上]午|下周|周[一二三四五六日天]|改天|有空|later|tomorrow)"
_LATER = re.compile(rf"{_AGREES}(?:这个?|我)*+{_WHEN}[^。;\n]{{0,12}}", re.IGNORECASE)  # 好的，我晚点写
_KNOWS_NOT = re.compile(
    rf"{_AGREES}(?:这个?|我)*+(?:也?不(?:知道|清楚|会|确定|懂)|没见过|先?问(?:一下|下|问)|看看|研究)[^。;\n]{{0,12}}|(?:i )?do not know|don't know|not sure|let me[^.\n]{{0,30}}",
    re.IGNORECASE,
)
_SURELY = re.compile(r"(?:答案|answer)\s*[:：,，]?\s*(?P<answer>\S.*)", re.IGNORECASE | re.DOTALL)
_ENDS_ASKING = ("?", "？", "吗", "呢")


def said_answer(text: str) -> str | None:
    """Return the answer that a text is, None where it is more likely said by the way; `答案 …` is one whatever follows."""
    surely = _SURELY.fullmatch(text.strip())
    if surely is not None:
        return surely["answer"].strip()
    folded = fold(text)
    is_talk = (
        len(folded) < _LEAST
        or is_thanks(text)
        or _LATER.fullmatch(folded)
        or _KNOWS_NOT.fullmatch(folded)
        or ("\n" not in text.strip() and text.rstrip(" ~～!！。.").endswith(_ENDS_ASKING))
        or (len(folded) <= 12 and looks_like_question(text))
    )
    return None if is_talk else text.strip()
