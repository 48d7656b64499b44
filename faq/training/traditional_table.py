"""Writes `faq/data/traditional.txt` from the tables of OpenCC (Apache-2.0): traditional characters and what they are in simplified script.

`pip install opencc-python-reimplemented && python -m faq.training.traditional_table` in an environment of its own; the bot does not
need the package. Characters that simplified script knows as well (著, 乾) are left out: `simplified.txt`, written by hand, decides these.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from importlib import import_module
from pathlib import Path

_TARGET = Path(__file__).parents[1] / "data" / "traditional.txt"
_HEAD = (
    "# One simplified character a token, then the traditional characters that are folded to it; simplified.txt goes before.\n"
    "# Made by faq/training/traditional_table.py from the tables of OpenCC (Apache-2.0, Copyright 2010-2020 Carbo Kuo).\n"
)
_A_LINE = 30
_FIRST, _LAST = "\u4e00", "\u9fff"  # beyond these are characters that nobody types


def _is_simplified(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def simplified() -> dict[str, str]:
    """Return the usual simplified character of traditional ones."""
    folder = Path(import_module("opencc").__file__ or "").parent / "dictionary"
    rows = map(str.split, folder.joinpath("TSCharacters.txt").read_text("utf-8").splitlines())
    kept = {form: usual for form, usual, *_ in rows if form != usual and not _is_simplified(form)}
    found = {form: kept.get(usual, usual) for form, usual in kept.items()}
    return {
        form: usual
        for form, usual in found.items()
        if min(form, usual) >= _FIRST and max(form, usual) <= _LAST
    }


def main() -> None:
    """Write the table."""
    forms: dict[str, list[str]] = defaultdict(list)
    for form, kept in simplified().items():
        forms[kept].append(form)
    tokens = [kept + "".join(sorted(forms[kept])) for kept in sorted(forms)]
    lines = [" ".join(tokens[start : start + _A_LINE]) for start in range(0, len(tokens), _A_LINE)]
    _TARGET.write_text(_HEAD + "\n".join(lines) + "\n", "utf-8")
    sys.stdout.write(f"{len(tokens)} characters, {sum(map(len, forms.values()))} traditional ones\n")


if __name__ == "__main__":
    main()
