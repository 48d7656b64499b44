"""What the notices of the QQ side mean: people and bots that come and go, words taken back, files; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping

from adapters.contract import Attachment, Incoming, Notice, RoomKind, What
from adapters.onebot.frames import Frame
from adapters.onebot.wire import View, identity, instant

_MUTING: Mapping[str, What] = {"ban": What.MUTED, "lift_ban": What.UNMUTED}
_LONGEST_BAN = 30 * 86_400  # seconds
_DISBANDED = "disband"  # the group is no more, whoever the notice names
_RECALLS = ("group_recall", "friend_recall")


def noticed(frame: Frame, view: View, self_id: str, others: Collection[str] = ()) -> Incoming | Notice | None:
    """Return what a notice tells, or None for the many that do not concern the bot."""
    user, group = identity(frame.user_id), identity(frame.group_id)
    own = {identity(frame.self_id) or self_id, *others}
    if frame.notice_type in _RECALLS and user and identity(frame.message_id):
        return _recalled(frame, view, user, group)
    if frame.notice_type == "group_decrease" and frame.sub_type == _DISBANDED and group:
        return _moved(frame, view, user, What.BOT_REMOVED)
    if not (user and group):
        return None
    if frame.notice_type == "group_ban" and user in own and (what := _MUTING.get(frame.sub_type or "")):
        return _moved(frame, view, user, what)
    if frame.notice_type == "group_upload":
        return _uploaded(frame, view, user, group) if user not in own else None
    if frame.notice_type == "group_increase":
        return _moved(frame, view, user, What.BOT_ADDED if user in own else What.MEMBER_ADDED)
    if frame.notice_type == "group_decrease" and (user in own or frame.sub_type == "kick_me"):
        return _moved(frame, view, user, What.BOT_REMOVED)
    if frame.notice_type == "group_decrease":
        return _moved(frame, view, user, What.MEMBER_REMOVED)
    return None


def muted_all(frame: Frame, view: View) -> Notice | None:
    """Return that nobody may speak in a group any more, or may again. Whether that holds for the bot too shows when it tries."""
    group = identity(frame.group_id)
    what = _MUTING.get(frame.sub_type or "") if frame.notice_type == "group_ban" else None
    if what is None or not group or identity(frame.user_id):
        return None
    room = f"{view.name}:group:{group}"
    return Notice(what=what, room=room, key=_key(what, room, "", frame))


def muted_for(frame: Frame) -> float:
    """Return how many seconds a ban of the bot alone lasts; 0 where that is not said, or where it may not hold for the bot."""
    length = frame.duration
    is_length = isinstance(length, (int, float)) and not isinstance(length, bool)
    return float(min(length, _LONGEST_BAN)) if is_length and length > 0 and identity(frame.user_id) else 0.0


def _moved(frame: Frame, view: View, user: str, what: What) -> Notice:
    room, account = f"{view.name}:group:{identity(frame.group_id)}", f"{view.name}:{user}"
    name = frame.group_name.strip() if isinstance(frame.group_name, str) else ""
    return Notice(
        what=what,
        room=room,
        key=_key(what, room, user, frame),
        room_name=name,
        account=account,
        name=view.people.get(account, ""),
    )


def _recalled(frame: Frame, view: View, user: str, group: str) -> Notice:
    room = f"{view.name}:group:{group}" if group else f"{view.name}:private:{user}"
    number = identity(frame.message_id)
    return Notice(
        what=What.RECALLED,
        room=room,
        key=_key(What.RECALLED, room, number, None),
        account=f"{view.name}:{user}",
        name=view.people.get(f"{view.name}:{user}", ""),
        message_id=number,
    )


def _uploaded(frame: Frame, view: View, user: str, group: str) -> Incoming | None:
    file = frame.file
    reference = identity(file.id) if file is not None else ""
    if file is None or not reference:
        return None
    name = file.name.strip() if isinstance(file.name, str) else ""
    url = file.url if isinstance(file.url, str) and file.url.startswith(("https://", "http://")) else None
    account = f"{view.name}:{user}"
    return Incoming(
        room=f"{view.name}:group:{group}",
        room_kind=RoomKind.GROUP,
        sender=account,
        sender_name=view.people.get(account, user),
        message_id=file_key(reference),
        text="",
        attachments=(Attachment("file", name or reference[:60], url, reference),),
        sent_at=instant(frame.time),
    )


def file_key(reference: str) -> str:
    """Return the name of a file in a room, the same whichever way it is told of; nothing for one without a reference."""
    return f"file-{_digest(reference)}" if reference else ""


def _key(what: What, room: str, about: str, frame: Frame | None) -> str:
    when = "" if frame is None else repr(instant(frame.time))
    return _digest("\0".join((what, room, about, when)))


def _digest(stable: str) -> str:
    # Never a random one: a redelivery must get the same.
    return hashlib.blake2b(stable.encode(errors="surrogatepass"), digest_size=8).hexdigest()
