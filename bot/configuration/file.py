"""The text of a configuration file, as a table and the lines its keys stand on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from bot.configuration.lines import Place, line_numbers
from bot.configuration.mistakes import ConfigurationFaults, Mistake, Wording
from bot.configuration.slips import slip_in

_PLACE_OF_FAULT = re.compile(r" ?\(at (?:line (\d+), column \d+|end of document)\)")

_REASONS: Mapping[type[Exception], Wording] = {
    FileNotFoundError: Wording("没有这个文件", "there is no such file"),
    PermissionError: Wording("没有读取这个文件的权限", "may not be read"),
    IsADirectoryError: Wording("这是文件夹，应为文件", "is a folder, expected a file"),
}
# Rooms have a language too, but come later in the file.
_LANGUAGE = re.compile(r"""^\s*language\s*=\s*["'](\w+)""", re.MULTILINE)
_UNREADABLE = Wording("读不到这个文件", "cannot be read")

# What tomllib says most often, by how it begins.
_IN_CHINESE: Mapping[str, str] = {
    "Cannot declare": "这个表前面已经写过",
    "Cannot overwrite a value": "这个键前面已经写过",
    "Duplicate inline table key": "这个键前面已经写过",
    "Expected '=' after a key": "键的后面应有 =",
    "Expected ']'": "表名的后面应有 ]",
    "Expected newline or end of document": "一行只能写一个键，文字要加引号",
    "Found invalid character": "有不允许的字符，或引号没有写完",
    "Illegal character": "有不允许的字符，或引号没有写完",
    "Invalid date or datetime": "没有这个日期或时刻",
    "Invalid initial character for a key part": "键只能用字母、数字、- 和 _，别的要加引号",
    "Invalid statement": "这一行既不是 [表] 也不是 键 = 值（中文的键要加引号）",
    "Invalid value": "等号后面的值写得不对，文字要加引号",
    "Unclosed array": "列表没有写完，少了逗号或 ]",
    "Unclosed inline table": "表没有写完，少了逗号或 }",
    "Unterminated string": "引号没有写完",
}
# What it says of a path of Windows between double quotes.
_BACKSLASHES = ("Unescaped '\\' in a string", "Invalid hex value")
_BACKSLASH = Wording(
    "文字里的 \\ 要写成 \\\\，或改用单引号；Windows 的路径里写 / 也行",
    "a \\ in a text is written \\\\, or between single quotes; paths of Windows may have / instead",
)


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
        reason = why_unreadable(fault)
        raise _unreadable(path, "", reason.zh, None, reason.en) from fault
    try:
        return tomllib.loads(text), line_numbers(text)
    except RecursionError as fault:
        raise _unreadable(path, "", "括号套得太深", None, "brackets are nested too deeply") from fault
    except ValueError as fault:
        raise _not_toml(path, text, fault) from fault


def why_unreadable(fault: Exception) -> Wording:
    """Return why a file cannot be opened."""
    return next((words for kind, words in _REASONS.items() if isinstance(fault, kind)), _UNREADABLE)


def _not_toml(path: Path, text: str, fault: ValueError) -> ConfigurationFaults:
    said = str(fault)
    place = _PLACE_OF_FAULT.search(said)
    lines = text.split("\n")
    line = None if place is None else int(place[1]) if place[1] else len(lines)
    written_there = lines[line - 1] if line and line <= len(lines) else ""
    # What stands after the equals sign may be a secret.
    key, equals, _ = written_there.strip().partition("=")
    reason = _PLACE_OF_FAULT.sub("", said)
    chinese = next((words for english, words in _IN_CHINESE.items() if reason.startswith(english)), reason)
    if reason.startswith(_BACKSLASHES):
        reason, chinese = _BACKSLASH.en, _BACKSLASH.zh
    if slip := slip_in(written_there, text, reason):
        reason, chinese = slip.en, slip.zh
    found = f"{key}{equals} …" if equals else key
    written = _LANGUAGE.search(text)
    language = "en" if written and written[1] == "en" else "zh"
    return _unreadable(
        path, found, f"不是正确的 TOML：{chinese}", line, f"not valid TOML: {reason}", language
    )


def _unreadable(
    path: Path, found: str, zh: str, line: int | None, en: str, language: str = "zh"
) -> ConfigurationFaults:
    return ConfigurationFaults((Mistake(path.name, found, zh, line, en, is_of_file=True),), language)
