"""The text of a configuration file, as a table and the lines its keys stand on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from bot.config_lines import Place, line_numbers
from bot.config_mistakes import ConfigurationFaults, Mistake

_PLACE_OF_FAULT = re.compile(r" ?\(at (?:line (\d+), column \d+|end of document)\)")


def read_file(path: Path) -> tuple[dict[str, object], Mapping[Place, int]]:
    """Return the table of a TOML file and the line of every key.

    Raises:
        ConfigurationFaults: There is no such file, or it is not TOML in UTF-8.
    """
    try:
        # Editors on Windows begin a file with a mark that TOML does not know.
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        line = fault.object[: fault.start].count(b"\n") + 1
        raise _unreadable(
            path, "", "应为 UTF-8 编码的文本，请另存为 UTF-8", line, "expected UTF-8 text"
        ) from fault
    except (OSError, ValueError) as fault:
        raise _unreadable(
            path, "", f"读不到这个文件（{_reason(fault)}）", None, f"cannot be read ({_reason(fault)})"
        ) from fault
    try:
        return tomllib.loads(text), line_numbers(text)
    except RecursionError as fault:
        raise _unreadable(path, "", "括号套得太深", None, "brackets are nested too deeply") from fault
    except ValueError as fault:
        raise _not_toml(path, text, fault) from fault


def _not_toml(path: Path, text: str, fault: ValueError) -> ConfigurationFaults:
    said = str(fault)
    place = _PLACE_OF_FAULT.search(said)
    lines = text.splitlines()
    line = None if place is None else int(place[1]) if place[1] else len(lines)
    found = lines[line - 1].strip() if line and line <= len(lines) else ""
    reason = _PLACE_OF_FAULT.sub("", said)
    return _unreadable(path, found, f"不是正确的 TOML（{reason}）", line, f"not valid TOML ({reason})")


def _reason(fault: Exception) -> str:
    return fault.strerror or str(fault) if isinstance(fault, OSError) else str(fault)


def _unreadable(path: Path, found: str, zh: str, line: int | None, en: str) -> ConfigurationFaults:
    return ConfigurationFaults((Mistake(path.name, found, zh, line, en),))
