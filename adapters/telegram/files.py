"""Files that people sent: got from Telegram by the ids that stood in the message."""

from __future__ import annotations

from telegram import Bot
from telegram.error import TelegramError

from adapters.contract import Attachment
from adapters.downloads import too_large
from adapters.powers import FileUnavailable
from adapters.telegram.failures import said
from adapters.telegram.transport import Transport, understood
from adapters.wording import say


async def fetched(bot: Bot, transport: Transport, attachment: Attachment, most: int, *, base: str) -> bytes:
    """Return the content of a file of at most `most` bytes; nothing is asked of another server than that of files.

    Raises:
        FileUnavailable: Too large, expired, or not to be had.
    """
    if not attachment.reference:
        raise FileUnavailable(say("这条消息里没有可以下载的文件"))
    try:
        file = await understood(bot.get_file(attachment.reference))
        if (file.file_size or 0) > most:
            raise too_large(most)
        if not (file.file_path or "").startswith(base):
            raise FileUnavailable(say("这条消息里没有可以下载的文件"))
        status, content = await transport.do_request(file.file_path or "", "GET")
    except TelegramError as error:
        raise FileUnavailable(say("取不到文件：{why}", why=said(error))) from None
    if status != 200:
        raise FileUnavailable(say("文件下载不了（HTTP {status}），多半已过期，请再发一次。", status=status))
    if len(content) > most:
        raise too_large(most)
    return content
