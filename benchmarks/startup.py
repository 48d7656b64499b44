"""How long the program takes from its start to its page, and how much memory it needs, with the example configuration."""

from __future__ import annotations

import re
import statistics
import tempfile
from pathlib import Path
from time import perf_counter, sleep
from urllib.error import HTTPError
from urllib.request import urlopen

from benchmarks.program import ROOT, running, the_bot, worked
from benchmarks.table import Row, at_most

ROUNDS = 5


def run() -> list[Row]:
    """Measure; takes about fifteen seconds."""
    fresh, again, bare = [], [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            config = example(Path(folder))
            fresh.append(started(the_bot(config)))
            again.append(started(the_bot(config)))
            bare.append(started(["-m", "benchmarks.page"]))
    middle = [
        [statistics.median(figure) for figure in zip(*found, strict=True)] for found in (fresh, again, bare)
    ]
    (fresh_s, _, _), (again_s, again_cpu, memory), (bare_s, bare_cpu, bare_memory) = middle
    return [
        Row("start to the page answering", again_s, bare_s, "s", at_most(1), "aiohttp page"),
        Row("… the first time, FAQ imported", fresh_s, bare_s, "s", at_most(1), "aiohttp page"),
        Row("… seconds of a core in it", again_cpu, bare_cpu, "s", None, "aiohttp page"),
        Row("resident memory, example configuration", memory, bare_memory, "MB", at_most(80), "aiohttp page"),
    ]


def example(folder: Path) -> Path:
    """Write the example configuration into a folder, with a free port and its own database."""
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    text = text.replace('"127.0.0.1:8080"', '"127.0.0.1:0"', 1)
    text = text.replace('"sqlite:data/shouwen.db"\n\n[web]', f'"sqlite:{folder / "store.db"}"\n\n[web]', 1)
    text = text.replace('["faq.example.md"]', f'["{ROOT / "faq.example.md"}"]', 1)
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def started(arguments: list[str], page: str = "/") -> tuple[float, float, float]:
    """Return the seconds until a page, those of a core in them, and the megabytes resident then."""
    start = perf_counter()
    with running(arguments) as (process, address):
        while not _answers(f"{address}{page}"):
            sleep(0.01)
        seconds = perf_counter() - start
        return seconds, worked(process.pid), _resident(process.pid)


def _answers(address: str) -> bool:
    """Read a page; False while the program says that it is not ready."""
    try:
        with urlopen(address, timeout=10) as answer:
            answer.read()
    except HTTPError as refusal:
        if refusal.code != 503:
            raise
        return False
    return True


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    if found is None:
        raise RuntimeError("this system does not say how much memory a process has")
    return int(found[1]) / 1024
