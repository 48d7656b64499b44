"""Files that wait for their confirmation: any worker may take them, once, and only the latest few are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from bot.dashboard.uploads import Uploads
from bot.store.registry import open_store
from faq.formats import parse

pytestmark = pytest.mark.asyncio
AT = datetime(2026, 3, 6, 1, tzinfo=UTC)
FILE = "# 问题\n\n## 打印机坏了怎么办 {#K-1}\n\n重启。\n\n## 没有答案 {#K-2}\n".encode()


async def test_another_worker_takes_what_one_has_shown_and_nobody_takes_it_twice(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:{tmp_path / 'store.db'}", AT)
    rows = parse("a.md", FILE)
    assert rows.rows
    token = await Uploads(store).keep("a.md", rows, AT)
    other = Uploads(store)
    assert await other.take(token, AT) == ("a.md", rows)
    assert await other.take(token, AT) is None
    assert await other.take("guessed", AT) is None
    assert await store.kept("preview:") == {}
    await store.close()


async def test_only_the_latest_few_wait(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:{tmp_path / 'store.db'}", AT)
    uploads, rows = Uploads(store), parse("a.md", FILE)
    tokens = [await uploads.keep(f"{n}.md", rows, AT + timedelta(seconds=n)) for n in range(8)]
    assert len(await store.kept("preview:")) == 5
    assert await uploads.take(tokens[2], AT) is None
    assert await uploads.take(tokens[3], AT) == ("3.md", rows)
    await store.close()


async def test_a_large_one_weighs_on_no_page_and_is_there_for_any_worker(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:{tmp_path / 'store.db'}", AT)
    text = "标准问法,答案\n" + "".join(f"密钥 {n},{Random(n).randbytes(1900).hex()}\n" for n in range(450))
    rows = parse("a.csv", text.encode())
    token = await Uploads(store).keep("a.csv", rows, AT)
    assert len(token) < 64
    assert sum(map(len, (await store.kept("preview:")).values())) < 1_000
    for spoilt in (token[:-9], token[:20], "", "carried:", "carried:你好"):
        assert await Uploads(store).take(spoilt, AT) is None
    assert await Uploads(store).take(token, AT) == ("a.csv", rows)
    assert await Uploads(store).take(token, AT) is None
    await store.close()
