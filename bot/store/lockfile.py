"""The lock file beside a database: one process at a time, and the others learn which one has it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

# Windows locks a stretch of bytes even against readers: far behind the process id, which others must be able to read.
_LOCKED_BYTE = 1 << 20


class Held(Exception):
    """Another process has the lock. `holder` is its id, or "" when it has not written it yet."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"locked by process {holder or '?'}")
        self.holder = holder


class LockFile:
    """A lock held until `release` or the end of the process; the file stays, since removing it would race with the next."""

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Raises:
            Held: Another process, or another object of this one, has it.
            OSError: The file cannot be written.
        """
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(self._handle)
        except (BlockingIOError, PermissionError) as error:  # the second is what Windows says
            holder = os.read(self._handle, 32).decode("ascii", "replace").strip()
            os.close(self._handle)
            raise Held(holder) from error
        except OSError:
            os.close(self._handle)
            raise
        os.ftruncate(self._handle, 0)
        os.write(self._handle, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let others have it."""
        os.close(self._handle)


if sys.platform == "win32":

    def _lock(handle: int) -> None:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(handle, 0, os.SEEK_SET)

else:

    def _lock(handle: int) -> None:
        # flock and not lockf: it also holds against a second store in the same process, and closing any other handle
        # of the file does not end it.
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
