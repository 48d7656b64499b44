"""Writes `faq/data/pinyin.txt` from the package pypinyin (MIT licence): how common characters are read.

`pip install pypinyin && python -m faq.training.pinyin_table` in an environment of its own; the bot does not need the package.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from importlib import import_module
from pathlib import Path

_TARGET = Path(__file__).parents[1] / "data" / "pinyin.txt"
_HEAD = (
    "# One toneless syllable a line, then the characters of GB 2312 that are mostly read so.\n"
    "# Made by faq/training/pinyin_table.py from the data of pypinyin (MIT licence, Copyright (c) 2016 mozillazg).\n"
)


def common_characters() -> list[str]:
    """Return the Chinese characters of GB 2312, most of what is ever written in simplified script."""
    found = []
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.append(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue  # the standard leaves gaps
    return found


def main() -> None:
    """Write the table."""
    read_aloud = import_module("pypinyin").lazy_pinyin
    rows: dict[str, list[str]] = defaultdict(list)
    for character in common_characters():
        [syllable] = read_aloud(character)
        if syllable.isascii() and syllable.isalpha():
            rows[syllable].append(character)
    _TARGET.write_text(_HEAD + "".join(f"{s} {''.join(rows[s])}\n" for s in sorted(rows)), "utf-8")
    sys.stdout.write(f"{sum(map(len, rows.values()))} characters, {len(rows)} syllables\n")


if __name__ == "__main__":
    main()
