"""What a message of the outbox becomes for whoever reads it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.delivery.outgoing import rendered
from bot.store.messages import Queued, QueuedMention

NOW = datetime(2026, 3, 6, 8, tzinfo=UTC)
WANG, LI = QueuedMention("王老师", "kf:wmWang"), QueuedMention("小李", "kf:wmLi")


def shown(room: str, text: str, *called: QueuedMention, **more: bool):
    message = Queued(key="k", adapter="kf", room=room, text=text, created_at=NOW, mentions=called, **more)
    return rendered(message, None, lambda _: lambda words: words, shows_pictures=False)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("✅ 1001 已处理。\n@王老师 好了回 1，还有问题回 2。", "✅ 1001 已处理。\n好了回 1，还有问题回 2。"),
        ("@王老师 1001 小李 想约 15:00 上门。", "1001 小李 想约 15:00 上门。"),
        ("1001 改派给 @王老师（理由：请假）", "1001 改派给 王老师（理由：请假）"),
        ("@王老师们 好", "@王老师们 好"),
    ],
)
def test_whoever_is_alone_with_the_bot_is_not_called_by_name(text, read):
    outgoing = shown("kf:private:wmWang", text, WANG)
    assert (outgoing.text, outgoing.mentions) == (read, ())


def test_others_are_named_as_ever_and_groups_keep_their_calls():
    alone = shown("kf:private:wmWang", "@王老师 @小李 来", WANG, LI)
    assert (alone.text, [each.name for each in alone.mentions]) == ("@小李 来", ["小李"])
    group = shown("kf:group:wmWang", "@王老师 好了回 1", WANG)
    assert (group.text, [each.name for each in group.mentions]) == ("@王老师 好了回 1", ["王老师"])


def test_what_was_held_says_so_before_the_words():
    assert shown("kf:private:wmWang", "@王老师 好了回 1", WANG, was_held=True).text == "（接上）好了回 1"
