"""The program `shouwen`, also as `python -m bot`."""

from __future__ import annotations

import gc


def main() -> None:
    """Run what the command line asks for."""
    # Loading makes no garbage, and what it makes stays: the collector of cycles has nothing to look for in it.
    gc.disable()
    from bot.cli import main as command_line

    gc.freeze()
    gc.enable()
    command_line()


if __name__ == "__main__":
    main()
