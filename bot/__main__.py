"""The program `shouwen`, also as `python -m bot`."""

from __future__ import annotations

import gc
import io
import sys


def main() -> None:
    """Run what the command line asks for."""
    # Loading makes no garbage, and what it makes stays: the collector of cycles has nothing to look for in it.
    gc.disable()
    from bot.cli import main as command_line

    gc.freeze()
    gc.enable()
    speak_any_script()
    command_line()


def speak_any_script() -> None:
    """Let what a stream's encoding lacks be written as escapes: a log of Windows is no reason to end."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
