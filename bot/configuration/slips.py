"""Slips of the keyboard that make a file no TOML: full-width punctuation, spaces nobody sees, [table] and [[table]] mixed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.configuration.mistakes import Wording

_WRITTEN_WELL = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*')
_MEANT: Mapping[str, str] = {
    **dict.fromkeys("“”„＂「」『』", '"'),
    **dict.fromkeys("‘’＇", "'"),
    **dict.fromkeys("，、", ","),
    **dict.fromkeys("＝：", "="),
    **dict.fromkeys("【［〔", "["),
    **dict.fromkeys("】］〕", "]"),
    "｛": "{",
    "｝": "}",
    "＃": "#",
    "。": ".",
}
_UNSEEN = re.compile("[\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff]")
_SPACE = Wording(
    "这里有全角空格或看不见的字符，请删掉", "there is a character that looks like a space and is none"
)
_HEADER = re.compile(r"\[\[?\s*([A-Za-z0-9_.-]+)\s*\]")


def slip_in(line: str, text: str, reason: str) -> Wording | None:
    """Return what was most likely meant on a line that is no TOML in a text; None where nothing is known better than `reason`."""
    rest = _WRITTEN_WELL.sub("", line)
    for character in rest:
        if meant := _MEANT.get(character):
            return Wording(
                f"这里有中文标点 {character} ，要写成英文的 {meant}",
                f"{character} is punctuation of Chinese, write {meant}",
            )
    if _UNSEEN.search(rest):
        return _SPACE
    return _mixed(line, text) if reason.startswith("Cannot ") else None


def _mixed(line: str, text: str) -> Wording | None:
    """Return how to write tables of which there are several, where some are written as if there were one."""
    header = _HEADER.match(line.strip())
    if header is None:
        return None
    name = header[1]
    written = [each.strip() for each in text.split("\n")]
    once, several = f"[{name}]", f"[[{name}]]"
    if not all(any(each.startswith(form) for each in written) for form in (once, several)):
        return None
    return Wording(
        f"{once} 和 {several} 混用了，每一处都写 {several}",
        f"{once} and {several} are mixed, write {several}",
    )
