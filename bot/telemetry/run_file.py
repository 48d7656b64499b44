"""How a tool on the same machine reaches the bot that runs: a file only its user can read, with the address and a token for the figures."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec


class Running(msgspec.Struct, frozen=True):
    """Where a bot answers, and what to show it."""

    address: str
    token: str

    def __repr__(self) -> str:
        return f"Running({self.address!r})"


def folder_of(env: Mapping[str, str]) -> Path:
    """Return the folder of these files, one for each user."""
    given = env.get("XDG_RUNTIME_DIR")
    if given:
        return Path(given) / "shouwen"
    if sys.platform == "win32":
        user = env.get("USERNAME", "")
    else:
        user = str(os.getuid())
    return Path(tempfile.gettempdir()) / f"shouwen-{user}"


def write(folder: Path, config: Path, running: Running) -> Path:
    """Write the file of the bot that runs with a configuration.

    Raises:
        OSError: The folder belongs to somebody else, or cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform != "win32" and (folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o077):
        raise PermissionError(f"{folder} is open to others")
    path = _path(folder, config)
    partial = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(running))
    partial.replace(path)
    return path


def read(folder: Path, config: Path) -> Running | None:
    """Return how to reach the bot that runs with a configuration; None when none has said so."""
    try:
        return msgspec.json.decode(_path(folder, config).read_bytes(), type=Running)
    except (OSError, msgspec.MsgspecError):
        return None


def _path(folder: Path, config: Path) -> Path:
    digest = hashlib.sha256(str(config.resolve()).encode()).hexdigest()[:16]
    return folder / f"{digest}.json"
