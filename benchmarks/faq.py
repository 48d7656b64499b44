"""How fast a question finds its entry, beside rapidfuzz's WRatio over all phrasings, which is what most bots do, and search engines.

Measured in seconds of a core, which other programs on the machine change least. The engines (bm25s, tantivy) only rank by shared pieces: they
neither compare wordings nor say how likely an entry is to be right. `SHOUWEN_BENCH_MILLION=1` adds a million phrasings, some minutes more.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any, TypeVar

from rapidfuzz import process
from rapidfuzz.fuzz import WRatio

from benchmarks.table import Row, at_most
from bot.app import spare_collections
from faq.entries import Entry
from faq.knowledge import KnowledgeBase
from faq.thresholds import USUAL, for_chatter

_Given = TypeVar("_Given")
_SEED = 5
_SIZES = ((10_000, 2.0), (100_000, 5.0))
_MILLION = (1_000_000, 9.0)
_MOST_COMPARED = 100_000  # WRatio over more takes seconds a question
_ASKED, _ASKED_OF_PEER = 400, 25
_ADDED = 40
_CHATTER_ENTRIES, _CHATTER_ASKED = 500, 3_000
_THINGS = [
    "打印机",
    "投影仪",
    "录播",
    "课表",
    "成绩单",
    "邮箱",
    "一卡通",
    "门禁",
    "会议室",
    "网盘",
    "账号",
    "密码",
    "验证码",
    "摄像头",
    "公文",
    "附件",
    "网线",
    "麦克风",
    "教师端",
    "家长端",
    "考勤",
    "选课",
    "校园网",
    "黑板",
    "展台",
]
_PLACES = [
    "一楼",
    "二号楼",
    "图书馆",
    "机房",
    "三年级",
    "教务处",
    "食堂",
    "报告厅",
    "实验室",
    "东校区",
    "西校区",
    "办公室",
    "操场",
    "宿舍",
    "财务室",
    "传达室",
]
_MATTERS = [
    "打不开",
    "找不到",
    "没有声音",
    "连不上",
    "怎么申请",
    "怎么修改",
    "在哪里下载",
    "提示过期",
    "卡住不动",
    "显示空白",
    "多少钱",
    "什么时候开放",
    "能不能借用",
    "导入失败",
    "被锁定",
    "权限不够",
    "收不到提醒",
    "很慢",
]
_CHATTER = [
    "今天中午吃什么",
    "明天下午三点开会请准时参加",
    "收到谢谢老师",
    "孩子今天发烧请假",
    "周末一起爬山吗",
    "运动会改到下周三",
    "我在路上十分钟到",
    "哈哈哈哈",
    "这个材料周五要交",
    "谁有车钥匙",
    "昨天的纪要整理好了",
]
_LETTERS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃"


def run() -> list[Row]:
    """Measure; takes about a minute, most of it the peer's."""
    sizes = (*_SIZES, _MILLION) if os.environ.get("SHOUWEN_BENCH_MILLION") else _SIZES
    return [*(row for size, goal in sizes for row in _sized(size, goal)), *_chatter()]


def _sized(size: int, goal: float) -> list[Row]:
    chance = random.Random(_SEED)
    phrasings = [question(chance) for _ in range(size)]
    before, start = _resident(), process_time()
    base = KnowledgeBase(entry_of(number, text) for number, text in enumerate(phrasings))
    built, taken = process_time() - start, _resident() - before
    read_ahead = _seconds(base.read_ahead)
    questions = [asked(chance.choice(phrasings), chance) for _ in range(_ASKED)]
    base.match(questions[0])
    spare_collections()  # as the program does once it has started
    ours = _p99(base.match, questions)
    name, of_peer = f"faq.match, p99, {size:,} phrasings", questions[:_ASKED_OF_PEER]
    rows = [
        Row(name, ours, _p99(search, questions), "ms", at_most(goal), peer)
        for peer, search in (
            ("tantivy, pieces only", _tantivy(phrasings)),
            ("bm25s, pieces only", _bm25s(phrasings)),
        )
    ]
    if size <= _MOST_COMPARED:
        compared = _p99(partial(_all_compared, phrasings), of_peer)
        rows.insert(0, Row(name, ours, compared, "ms", at_most(goal), "rapidfuzz WRatio over all"))
    new = [entry_of(size + number, question(chance)) for number in range(_ADDED)]
    is_million = size == _MILLION[0]
    return [
        *rows,
        Row(f"faq.put, p99, {size:,} phrasings", _p99(base.put, new), None, "ms", at_most(2.0)),
        Row(f"… indexed, {size:,} phrasings", built, None, "s", at_most(60) if is_million else None),
        Row("… read ahead, before anybody asks", read_ahead, None, "s", None),
        Row("… resident with its entries", taken, None, "MB", at_most(800) if is_million else None),
    ]


def _seconds(does: Callable[[], Iterator[object]]) -> float:
    start = process_time()
    for _ in does():
        pass
    return process_time() - start


def _resident() -> float:
    return (
        int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        * os.sysconf("SC_PAGE_SIZE")
        / 1e6
    )


def _pieces(text: str) -> list[str]:
    return [*text, *(text[start : start + 2] for start in range(len(text) - 1))]


def _bm25s(phrasings: Sequence[str]) -> Callable[[str], object]:
    import bm25s  # here and below: the other measurements do without these engines

    engine = bm25s.BM25()
    engine.index([_pieces(text) for text in phrasings], show_progress=False)
    return lambda text: engine.retrieve([_pieces(text)], k=3, show_progress=False)


def _tantivy(phrasings: Sequence[str]) -> Callable[[str], object]:
    import tantivy

    schema = (
        tantivy.SchemaBuilder()
        .add_text_field("text", tokenizer_name="whitespace", index_option="freq")
        .add_integer_field("number", stored=True)
        .build()
    )
    index = tantivy.Index(schema)
    writer = index.writer(num_threads=1)
    for number, text in enumerate(phrasings):
        writer.add_document(tantivy.Document(text=" ".join(_pieces(text)), number=number))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(text: str) -> Any:
        terms = [tantivy.Query.term_query(schema, "text", piece) for piece in _pieces(text)]
        return searcher.search(
            tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms]), 3
        )

    return search


def _all_compared(phrasings: Sequence[str], text: str) -> object:
    return process.extract(text, phrasings, scorer=WRatio, limit=3)


def _chatter() -> list[Row]:
    chance = random.Random(_SEED)
    base = KnowledgeBase(entry_of(number, question(chance)) for number in range(_CHATTER_ENTRIES))
    said = [chance.choice(_CHATTER) + chance.choice(_LETTERS) for _ in range(_CHATTER_ASKED)]
    unasked = for_chatter(USUAL)
    return [
        Row(f"{name}, mean, {_CHATTER_ENTRIES} entries", _mean(match, said), None, "µs", at_most(100))
        for name, match in (
            ("faq.match, chatter, as if it were asked", base.match),
            ("… as what nobody asked", partial(base.match, at_least=unasked)),
        )
    ]


def _mean(does: Callable[[str], object], texts: Sequence[str]) -> float:
    """Return microseconds of a core for one text."""
    start = process_time()
    for text in texts:
        does(text)
    return (process_time() - start) / len(texts) * 1e6


def question(chance: random.Random) -> str:
    """Return a question that hardly ever comes twice."""
    mark = "".join(chance.choices(_LETTERS, k=2))
    return f"{chance.choice(_PLACES)}{mark}{chance.choice(_THINGS)}{chance.choice(_MATTERS)}"


def entries_of(phrasings: int) -> Iterator[dict[str, object]]:
    """Yield entries of a file with so many phrasings, four each."""
    chance = random.Random(_SEED)
    for number in range(phrasings // 4):
        yield {
            "id": f"K-{number}",
            "question": question(chance),
            "aliases": [question(chance) for _ in range(3)],
            "answer": f"第{number}个答案",
        }


def asked(text: str, chance: random.Random) -> str:
    """Return a question as somebody would ask it: a letter short, with words around it."""
    place = chance.randrange(len(text))
    return (
        chance.choice(("请问", "老师，", ""))
        + text[:place]
        + text[place + 1 :]
        + chance.choice(("怎么办", "啊", ""))
    )


def entry_of(number: int, text: str) -> Entry:
    """Return an entry with one phrasing."""
    return Entry(id=f"K-{number}", question=text, answer="答")


def _p99(does: Callable[[_Given], object], given: Sequence[_Given]) -> float:
    times = []
    for each in given:
        start = process_time()
        does(each)
        times.append(process_time() - start)
    return percentile(times, 0.99)


def percentile(seconds: Sequence[float], share: float) -> float:
    """Return the milliseconds in which such a share of many was done."""
    return sorted(seconds)[int(len(seconds) * share) - (len(seconds) < 100)] * 1e3
