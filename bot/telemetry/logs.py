"""Logs: one line per event on standard error, for people on a terminal and as JSON elsewhere."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bot.telemetry.log_stream import HarmlessStream

_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@contextmanager
def _without(package: str) -> Iterator[None]:
    """Let nothing that is imported meanwhile find a package."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]  # this is how Python says "not there"
    try:
        yield
    finally:
        del sys.modules[package]


# structlog takes along rich wherever it is installed, as beside the tests: fifty modules for tracebacks in colour.
with _without("rich"):
    import structlog


def configure(*, is_verbose: bool = False, is_quiet: bool = False, log: str = "info") -> None:
    """Set up structlog and the standard library's loggers of the libraries we use; `log` is that of the configuration."""
    usual = logging.WARNING if log == "warning" else logging.INFO
    level = logging.CRITICAL if is_quiet else logging.DEBUG if is_verbose else usual
    stream = HarmlessStream(sys.stderr)
    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer()
        if is_terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    processors: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if is_terminal:
        processors.append(on_one_line)  # JSON escapes of itself what would be a line of its own
    else:
        processors.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*processors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream),  # type: ignore[arg-type]  # writes and flushes, and asks no more
        cache_logger_on_first_use=not is_quiet,
    )
    logging.basicConfig(
        level=logging.WARNING, stream=stream, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )


def on_one_line(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Write control characters in values as escapes: a name in a log makes no line of its own and paints no terminal."""
    return {
        name: _CONTROLS.sub(_escaped, each) if isinstance(each, str) else each for name, each in event.items()
    }


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
