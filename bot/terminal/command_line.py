"""What all commands of the terminal have in common: their configuration, their language, and how they fail."""

from __future__ import annotations

import errno
import os
import sys
import tomllib
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import click
import msgspec

from bot.config import Config, ConfigurationFaults, load
from bot.store.faults import StoreFault
from bot.texts import LANGUAGES, Texts
from bot.tickets.errors import N_

P = ParamSpec("P")
R = TypeVar("R")

_OF_ADDRESSES = frozenset({errno.EADDRINUSE, errno.EADDRNOTAVAIL})

config_option = click.option(
    "-c",
    "--config",
    "config_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Configuration file; default config.toml, else config.example.toml.",
)


class Voice(msgspec.Struct, frozen=True):
    """Speaks to whoever sits at the terminal. `translate` maps a Chinese template to their language."""

    language: str
    translate: Callable[[str], str]

    def say(self, template: str, **values: object) -> str:
        """Return a template in this language with its values filled in."""
        return self.translate(template).format_map(values)


def voice_of(language: str) -> Voice:
    """Return the voice of a language."""
    return Voice(language, Texts().translator(language))


def file_of(config_file: Path | None) -> Path:
    """Return the configuration a command works with."""
    if config_file is not None:
        return config_file
    own = Path("config.toml")
    return own if own.exists() else Path("config.example.toml")


def loaded(config_file: Path | None) -> Config:
    """Return the configuration a command works with.

    Raises:
        ConfigurationFaults: It cannot be used.
    """
    return load(file_of(config_file), os.environ)


def language_of(config_file: Path | None, env: Mapping[str, str]) -> str:
    """Return the language to speak at the terminal: that of the configuration, however wrong the rest of it is, or of the locale."""
    try:
        bot = tomllib.loads(file_of(config_file).read_text(encoding="utf-8-sig")).get("bot")
    except (OSError, ValueError):
        bot = None
    written = bot.get("language") if isinstance(bot, dict) else None
    if written in LANGUAGES:
        return str(written)
    if bot is not None:
        return "zh"  # the default of the configuration
    return _language_of_locale(env)


def _language_of_locale(env: Mapping[str, str]) -> str:
    """Chinese also where the system speaks no language at all, as in containers."""
    found = next((env[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if env.get(name)), "")
    language = found.partition(".")[0].partition("_")[0]
    return "zh" if language in ("", "C", "POSIX", "zh") else "en"


def explained(command: Callable[P, R]) -> Callable[P, R]:
    """Turn the faults a person can mend into one line each and exit code 1."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except ConfigurationFaults as faults:
            raise SystemExit(shown(faults)) from faults
        except StoreFault as fault:
            raise click.ClickException(fault.said(_voice(kwargs).translate)) from fault
        except BrokenPipeError:  # `| head` has read enough
            # Python would flush what is left at its end, and complain.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(1) from None
        except OSError as fault:
            raise click.ClickException(_about_the_system(fault, _voice(kwargs))) from fault

    return wrapped


def _voice(given: Mapping[str, object]) -> Voice:
    file = given.get("config_file")
    return voice_of(language_of(file if isinstance(file, Path) else None, os.environ))


def _about_the_system(fault: OSError, voice: Voice) -> str:
    if fault.filename is None or fault.strerror is None:
        return str(fault)
    if fault.errno in _OF_ADDRESSES:
        says = N_("{address} 不能用（{reason}）；换一个端口，或停掉占用它的程序")
        return voice.say(says, address=fault.filename, reason=fault.strerror)
    path = str(fault.filename).removesuffix(".part")  # what is written goes there first
    return voice.say("{path} 用不了（{error}）。", path=path, error=fault.strerror)


def shown(faults: ConfigurationFaults) -> str:
    """Return all mistakes of a configuration, one a line, in the language it asks for."""
    lines = faults.lines()
    return "\n".join([voice_of(faults.language).say("配置有 {count} 处要改：", count=len(lines)), *lines])
