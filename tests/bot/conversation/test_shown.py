"""What a message brought is told in words that people use."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from adapters.contract import Attachment
from bot.conversation.shown import bracketed, names_of
from bot.tickets.speaker import Speaker


def test_a_photo_or_a_voice_is_called_what_it_is_and_a_file_by_its_name() -> None:
    brought = (
        Attachment("picture", "9C0A53FD1A64E5B2.image"),
        Attachment("voice", "file_v3_00ab"),
        Attachment("video", ""),
        Attachment("file", "合同.pdf"),
        Attachment("file", ""),
    )
    speaker = Speaker(str, ZoneInfo("Asia/Shanghai"), datetime(2026, 3, 6, 4, tzinfo=UTC))
    assert bracketed(names_of(brought, speaker)) == "[图片、语音、视频、合同.pdf、文件]"
