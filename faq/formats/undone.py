"""What is said when a file was neither read nor written to its end, for reasons that are not in the file."""

from __future__ import annotations

from datetime import timedelta

from faq.formats.rows import UnreadableFile


def unable(name: str, why: str) -> UnreadableFile:
    """Return what the system refuses."""
    return UnreadableFile(
        f"现在处理不了 {name}（{why}），请看磁盘和内存够不够，再试一次。",
        f"{name} cannot be handled now ({why}), see whether there is room on the disk and in memory and try again.",
    )


def too_slow(name: str, patience: timedelta) -> UnreadableFile:
    """Return that it took too long."""
    minutes = f"{patience.total_seconds() / 60:.2g}"
    return UnreadableFile(
        f"{name} 处理了 {minutes} 分钟还没完，停下了，什么都没有改；请分成几个文件再试。",
        f"{name} was not done within {minutes} minutes and was given up, nothing has changed; make several files of it.",
    )


def died(name: str) -> UnreadableFile:
    """Return that whoever worked on it died."""
    return UnreadableFile(
        f"处理 {name} 的时候出错停了，什么都没有改；请另存一份或分成几个文件再试。",
        f"Handling {name} ended in a fault, nothing has changed; save it anew or make several files of it and try again.",
    )


def stopping(name: str) -> UnreadableFile:
    """Return that the bot is ending."""
    return UnreadableFile(
        f"机器人正在停，{name} 没有处理，请稍后再试。",
        f"The bot is stopping, {name} was not handled, try again later.",
    )
