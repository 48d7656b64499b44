"""What the address of a Redis store says: servers, kind, user, settings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qsl, unquote, urlsplit

from bot.store.faults import StoreFault
from bot.tickets.errors import N_

FORMS = (
    "redis://HOST:6379/0, rediss://HOST:6379/0, redis+cluster://HOST1:7001,HOST2:7002, "
    "redis+sentinel://HOST1:26379,HOST2:26379/MASTER/0"
)
_SCHEME = re.compile(r"redis(?P<tls>s?)(?:\+(?P<kind>cluster|sentinel))?")
_PORTS = {"": 6379, "cluster": 6379, "sentinel": 26379}
_MOST_SHARDS = 250
PACK_AFTER_DAYS = 30


@dataclass(frozen=True, slots=True)
class Address:
    """Where the servers are, and how the store is to be used. No password shows in a repr."""

    kind: str  # single | cluster | sentinel
    servers: tuple[tuple[str, int], ...]
    database: int = 0
    is_encrypted: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    master: str = ""  # of a sentinel
    shards: int = 1
    wait_replicas: int = 0
    pack_after: timedelta | None = None  # tickets closed for longer lie in boxes
    may_be_volatile: bool = False  # also on a server that keeps nothing over a restart
    certificates: str | None = None  # file of the authority that signed the server's certificate
    sentinel_password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        servers = ",".join(f"{host}:{port}" for host, port in self.servers)
        kind = "" if self.kind == "single" else f"+{self.kind}"
        return f"redis{'s' if self.is_encrypted else ''}{kind}://{servers}"


def address_of(url: str) -> Address:
    """Return what a URL says.

    Raises:
        StoreFault: It is none of a Redis store.
    """
    scheme, found_scheme, rest = url.partition("://")
    found = _SCHEME.fullmatch(scheme)
    if not found_scheme or found is None or not rest:
        raise StoreFault(N_("[store] url 看不懂；可用：{forms}。"), forms=FORMS)
    kind = found["kind"] or "single"
    userinfo, servers_text, path, query = _split(rest)
    username, _, password = userinfo.partition(":")
    servers = tuple(_server(text, _PORTS[found["kind"] or ""]) for text in servers_text.split(","))
    if kind == "single" and len(servers) > 1:
        raise StoreFault(
            N_("[store] url 里有几台服务器，却没有写 +cluster 或 +sentinel；可用：{forms}。"), forms=FORMS
        )
    steps = [unquote(step) for step in path.strip("/").split("/") if step]
    master = ""
    if kind == "sentinel":
        if not steps:
            raise StoreFault(
                N_("[store] url 缺少哨兵的主库名；例如 redis+sentinel://哨兵1:26379/mymaster/0。")
            )
        master = steps.pop(0)
    settings = _settings(query)
    days = _whole(settings, "pack_after_days", PACK_AFTER_DAYS, 0, 3650)
    return Address(
        kind=kind,
        servers=servers,
        database=_database(steps, kind),
        is_encrypted=bool(found["tls"]),
        username=unquote(username) or None,
        password=unquote(password) or None,
        master=master,
        shards=_whole(settings, "shards", 16 if kind == "cluster" else 1, 1, _MOST_SHARDS),
        wait_replicas=_whole(settings, "wait_replicas", 0, 0, 10),
        pack_after=timedelta(days=days) if days else None,
        may_be_volatile=settings.get("volatile", "no") == "yes",
        certificates=settings.get("ca"),
        sentinel_password=settings.get("sentinel_password"),
    )


def _split(rest: str) -> tuple[str, str, str, str]:
    parts = urlsplit(f"//{rest}")
    userinfo, at, servers = parts.netloc.rpartition("@")
    return userinfo if at else "", servers, parts.path, parts.query


def _server(text: str, port: int) -> tuple[str, int]:
    found = re.fullmatch(r"(?:\[(?P<six>[^\]]+)\]|(?P<host>[^:\[\]]+))(?::(?P<port>\d{1,5}))?", text)
    if found is None:
        raise StoreFault(N_("[store] url 里的服务器“{text}”看不懂；应为 主机:端口。"), text=text)
    return found["six"] or found["host"], int(found["port"] or port)


def _settings(query: str) -> dict[str, str]:
    known = {"shards", "wait_replicas", "pack_after_days", "volatile", "ca", "sentinel_password"}
    settings = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(settings.keys() - known)
    if unknown:
        raise StoreFault(
            N_("[store] url 里不认识 {unknown}；可用：{known}。"),
            unknown="、".join(unknown),
            known="、".join(sorted(known)),
        )
    return settings


def _database(steps: list[str], kind: str) -> int:
    if len(steps) > 1 or (steps and not steps[0].isdecimal()):
        raise StoreFault(N_("[store] url 末尾应为库号，例如 /0。"))
    database = int(steps[0]) if steps else 0
    if kind == "cluster" and database:
        raise StoreFault(N_("Redis Cluster 只有 0 号库；请去掉 [store] url 末尾的库号。"))
    return database


def _whole(settings: dict[str, str], name: str, default: int, least: int, most: int) -> int:
    text = settings.get(name, str(default))
    if not text.isdecimal() or not least <= int(text) <= most:
        raise StoreFault(
            N_("[store] {name} 应为 {least}–{most} 的整数，现为“{text}”。"),
            name=name,
            least=least,
            most=most,
            text=text,
        )
    return int(text)
