"""The programs that are measured, as processes: started, found by the address they print, ended."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
# As on a machine of somebody who runs it: modules are compiled once, not at every start.
_ENV = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
_ADDRESS = re.compile(r"http://[\w.:\[\]]+")


@contextmanager
def running(arguments: Sequence[str], *, cwd: Path = ROOT) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a Python program and give its process and the address in the first line it prints; it is ended afterwards.

    Raises:
        RuntimeError: It ended without an address.
    """
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=cwd,
        env=_ENV,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if process.stdout is None:
            raise RuntimeError("a program without output")
        for line in process.stdout:
            if found := _ADDRESS.search(line):
                yield process, found[0]
                break
        else:
            raise RuntimeError(f"{' '.join(arguments)} ended with {process.wait()} before it was ready")
    finally:
        process.terminate()
        process.communicate()


def the_bot(config: Path) -> list[str]:
    """Return the arguments of the real program with a configuration."""
    return ["-m", "bot", "run", "-c", str(config)]


def worked(pid: int) -> float:
    """Return the seconds of a core that a process has used: what other programs on the machine change least."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    user, system = int(fields[11]), int(fields[12])
    return (user + system) / os.sysconf("SC_CLK_TCK")
