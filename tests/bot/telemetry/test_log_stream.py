"""A log that cannot be written harms nobody, and says afterwards how much is missing."""

from __future__ import annotations

import errno
import io
import sys

import pytest
import structlog

from bot.app import welcome
from bot.telemetry.log_stream import HarmlessStream


class Disk(io.StringIO):
    """A file on a disk that may be full."""

    is_full = False

    def write(self, text: str, /) -> int:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)


def logger_on(disk: Disk) -> structlog.WriteLogger:
    return structlog.WriteLogger(HarmlessStream(disk))


def test_a_full_disk_under_the_log_stops_nobody_and_is_told_once_there_is_room() -> None:
    disk = Disk()
    log = logger_on(disk)
    log.info("one")
    disk.is_full = True
    log.info("two")
    log.info("three")
    disk.is_full = False
    log.info("four")
    log.info("five")
    assert disk.getvalue().splitlines() == [
        "one",
        '{"action": "log_lines_lost", "count": 2, "event": "the log could not be written", "level": "warning"}',
        "four",
        "five",
    ]


def test_a_closed_stream_stops_nobody() -> None:
    disk = Disk()
    log = logger_on(disk)
    disk.close()
    log.info("one")


def test_a_program_without_standard_error_writes_no_log() -> None:
    HarmlessStream(None).write("one\n")


def test_an_address_that_nobody_can_read_stops_no_start(monkeypatch: pytest.MonkeyPatch) -> None:
    disk, log = Disk(), Disk()
    disk.is_full = True
    monkeypatch.setattr(sys, "stdout", disk)
    welcome(
        "http://127.0.0.1:8080",
        structlog.wrap_logger(logger_on(log), processors=[lambda _, __, event: event["action"]]),
    )
    assert log.getvalue() == "welcome_unread\n"
