"""What stands in a file that is named like a document of Office and is packed as the old ones were."""

from __future__ import annotations

from typing import Final

from faq.formats.rows import UnreadableFile

_OLD: Final = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how .doc and .xls begin, and what a password is put around
)
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")


def refuse_old(data: bytes, suffix: str) -> None:
    """Refuse what cannot be read because of a password, or because only its name is new.

    Raises:
        UnreadableFile: It is one of these.
    """
    if not data.startswith(_OLD):
        return
    if _ENCRYPTED in data:
        raise UnreadableFile(
            "这个文件有打开密码，请去掉密码另存一份再发来。",
            "The file opens only with a password, save a copy without one and send that.",
        )
    raise UnreadableFile(
        f"这个文件还是旧格式，只改了名字；请打开后另存为 {suffix} 再发来。",
        f"The file is of the old format and only has a new name, open it and save it as {suffix}.",
    )
