"""What the columns of a table are called, and which field of an entry each holds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from faq.text import fold

# Compared after folding; of two columns for one field the one whose name stands further in front counts.
COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("编号", "id", "知识编号"),
    "question": ("标准问法", "标准问题", "问题", "question", "questions", "问法", "常见问题", "问题描述", "问题名称",
                 "问题内容", "咨询问题", "提问", "q"),
    "aliases": ("相似问法", "相似问", "相似", "相似问题", "其他问法", "别的问法", "扩展问法", "同义问法", "aliases", "alias",
                "similar questions", "other wordings"),
    "answer": ("答案", "标准答案", "回答", "answer", "answers", "答复", "回复", "解答", "解决办法", "解决方法", "解决方案",
               "处理办法", "处理方法", "处理方式", "参考答案", "a", "solution"),
    "category": ("分类", "类别", "category", "类型", "问题分类", "问题类型", "问题类别"),
    "customer": ("适用客户", "客户", "customer", "客户名称", "适用学校", "适用单位"),
    "tags": ("标签", "tags", "tag", "关键词", "关键字", "keywords", "labels"),
    "is_enabled": ("启用", "是否启用", "enabled", "is_enabled"),
    "pictures": ("图片", "pictures", "picture", "image", "images"),
    "links": ("链接", "links", "link"),
    "valid_from": ("生效日", "生效", "valid_from", "valid from", "生效日期", "开始日期"),
    "valid_until": ("失效日", "失效", "valid_until", "valid until", "失效日期", "有效期至", "有效期", "有效期限", "截止日期", "到期日"),
    "review_on": ("复核日", "复核", "review_on", "review on", "复核日期"),
    "owner": ("负责人", "owner", "责任人"),
}  # fmt: skip
# What other programs say of whether an article is in use; read, not written.
STATES = {
    "state": ("状态", "发布状态", "使用状态", "status", "state"),
    "draft": ("草稿", "是否草稿", "draft", "is draft", "is_draft"),
}
HEADINGS = tuple(names[0] for names in COLUMNS.values())
LISTS = ("aliases", "tags", "pictures", "links")  # several columns of these are one

_REMARK = re.compile(r"[（(\[【].*?[)）\]】]")  # "答案（必填）"
_NUMBER = re.compile(r"(?<=\D)[\s_-]*\d{1,2}$")  # "相似问法2"
_GAP = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")  # "问  题"


def bare(heading: str) -> str:
    """Return a heading as it is compared: folded, without remarks in brackets and gaps between characters."""
    return _GAP.sub("", fold(_REMARK.sub(" ", heading)))


_PLACES = {
    bare(name): (field, place)
    for field, names in (COLUMNS | STATES).items()
    for place, name in enumerate(names)
}


def field_of(heading: str) -> str | None:
    """Return the field that a column heading names, or None."""
    found = _place_of(heading)
    return None if found is None else found[0]


def _place_of(heading: str) -> tuple[str, int] | None:
    name = bare(heading)
    found = _PLACES.get(name)
    if found is None and (numbered := _PLACES.get(_NUMBER.sub("", name))) and numbered[0] in LISTS:
        return numbered
    return found


def columns(cells: Sequence[str], *, is_whole: bool = True) -> list[str | None] | None:
    """Return the field of every column of a row, or None when it is no row of headings: question or answer is missing.

    Not `is_whole`: what there is is returned all the same.
    """
    found = [_place_of(cell) for cell in cells]
    best: dict[str, int] = {}
    for each in found:
        if each is not None:
            best[each[0]] = min(each[1], best.get(*each))
    if is_whole and ("question" not in best or "answer" not in best):
        return None
    seen: set[str] = set()
    fields: list[str | None] = []
    for each in found:
        is_used = each is not None and (
            each[0] in LISTS or (best[each[0]] == each[1] and each[0] not in seen)
        )
        fields.append(each[0] if each is not None and is_used else None)
        seen.update(field for field in fields[-1:] if field is not None)
    return fields
