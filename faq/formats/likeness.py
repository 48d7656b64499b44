"""Columns whose names nobody told us: which field each is by the words in its name, where only one can be meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import msgspec

from faq.formats.headings import bare, columns

_LONGEST = 40  # characters of a name; what is longer is a sentence
_SENTENCE = re.compile(r"[。！!；;]|[?？]\s*$|https?:")
_LEAST = 2  # columns

# The last of these words in a name says what the column is: 问题解答 is an answer, 问题类型 is neither. Chinese, then English.
# fmt: off
_WORDS: dict[str, tuple[str, str]] = {
    "aliases": (
        "相似|相近|同类|同义|类似|其[他它]问|别的问|另外的?问|扩展问|也叫|别名",
        "synonyms?|similar|alternatives?|variants?",
    ),
    "category": (
        "分类|类别|类目|类型|大类|小类|模块|板块|栏目|主题",
        "sections?|categor(?:y|ies)|topics?|modules?",
    ),
    "answer": (
        "答案|答复|回答|回复|解答|答疑|作答|解决|处理|处置|应对|话术|口径|步骤|办法|方法|措施|方案|建议|正文|答",
        "body|content|reply|replies|responses?|answers?|solutions?|resolution|fix",
    ),
    "question": (
        "问题|问法|提问|疑问|咨询|询问|问句|问|故障|现象|症状|情形|事项|标题",
        "title|subject|headline|summary|questions?|query|queries|issues?|problems?",
    ),
    # What such names say besides: people, times, states, marks of the office.
    "": (
        "人员?|者|员|时间|日期|时长|年|月|状态|进度|编号|单号|工号|序号|部门|科室|单位|学校|客户|对象|范围|渠道|来源|次数|数|量|率|满意度?|评分|等级|级别|优先级?|备注|原因|分析|审核|链接|截图|图片|附件|地点|位置|电话|版本",
        "by|at|on|date|time|status|state|type|id|key|no|count|author|owner|agent|causes?|notes?|remarks?|priority|created|updated|url|link|views|votes|locale|language",
    ),
}
_FOUND = re.compile(
    "|".join(
        f"(?P<_{field}>{chinese}|(?<![a-z])(?:{english})(?![a-z]))"
        for field, (chinese, english) in _WORDS.items()
    )
)
_RESERVED = re.compile(
    "客户|适用|学校|单位|范围|对象|甲方|租户|customer|tenant|client|audience", re.IGNORECASE
)
_COUNTED = re.compile(r"序号?|编号|行号|no|#|id|num(?:ber)?|", re.IGNORECASE)


class Guess(msgspec.Struct, frozen=True):
    """The fields of a row of names, and which of them were guessed: place → field."""

    fields: list[str | None]
    guessed: dict[int, str]


def meant_by(name: str) -> str:
    """Return the field that a name is like: of the words in it the last one counts, but 同类问法 is other wordings; empty for none."""
    found = [(each.lastgroup or "_")[1:] for each in _FOUND.finditer(bare(name))]
    if "aliases" in found and found[-1] in ("aliases", "question"):
        return "aliases"
    return found[-1] if found else ""


def likely(cells: Sequence[str]) -> Guess | None:
    """Return what the columns of a row are where it names question and answer in words of its own; None where that is not clear."""
    if not _may_be_names(cells):
        return None
    known = columns(cells, is_whole=False) or []
    like = {
        place: meant_by(cell) for place, cell in enumerate(cells) if known[place] is None and cell.strip()
    }
    guessed: dict[int, str] = {}
    for field in ("question", "answer", "aliases", "category"):
        if field in known:
            continue
        places = [place for place, each in like.items() if each == field]
        if len(places) == 1:
            guessed[places[0]] = field
        elif field in ("question", "answer"):
            return None
    fields = [guessed.get(place, field) for place, field in enumerate(known)]
    return Guess(fields, guessed)


def also_likely(cells: Sequence[str], fields: Sequence[str | None]) -> dict[int, str]:
    """Return what further columns are beside a question and an answer that are known: other wordings and the category."""
    found: dict[int, str] = {}
    for field in ("aliases", "category"):
        places = [
            place
            for place, cell in enumerate(cells)
            if fields[place] is None and cell.strip() and meant_by(cell) == field
        ]
        if field not in fields and len(places) == 1:
            found[places[0]] = field
    return found


def is_reserving(name: str) -> bool:
    """Say whether a column says for whom an answer is: passing it over would tell everybody what is for one."""
    return bool(_RESERVED.search(name))


def is_counted(name: str) -> bool:
    """Say whether a column only counts its rows."""
    return bool(_COUNTED.fullmatch(bare(name)))


def names_in(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the names of the row that is most like a row of them; none where nothing is."""
    return max((_names(row) for row in rows), key=len, default=[])


def _names(cells: Sequence[str]) -> list[str]:
    return [cell.strip() for cell in cells if cell.strip()] if _may_be_names(cells) else []


def _may_be_names(cells: Collection[str]) -> bool:
    written = [cell.strip() for cell in cells if cell.strip()]
    return (
        len(written) >= _LEAST
        and len(set(written)) == len(written)
        and all(len(each) <= _LONGEST and not _SENTENCE.search(each) for each in written)
    )
