"""WeChat as its adapters meet it: customer service with its log of messages, an official account, and their windows.

Callbacks are sealed by `wechatpy` (see `wecom_peers.CallbackSender`), so that no mistake of ours can agree with itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.adapters.wecom_peers import BORN, CORP, TOKEN, CallbackSender, Posted, WeComApi

APP = "wx5823bf96d3bd56c7"
KF = "wkAJ2GCAAAZSfhHCt7IFSvLKtMPxyAAA"
WINDOW = 48 * 3600
REPLIES = 5
WEDGE = "\u200b"


def seen_text(body: dict[str, Any]) -> str:
    """Return what a customer sees of a message, a menu as `[label]` below it."""
    if body["msgtype"] == "text":
        return str(body["text"]["content"]).replace(WEDGE, "")
    menu = body["msgmenu"]
    labels = [(item.get("click") or item)["content"] for item in menu["list"]]
    return "\n".join([menu["head_content"], *(f"[{label}]" for label in labels)]).replace(WEDGE, "")


@dataclass
class Windows:
    """How many messages each customer may still get, and until when."""

    now: Any  # seconds, of the test's clock
    left: Counter[str] = field(default_factory=Counter)
    wrote_at: dict[str, float] = field(default_factory=dict)
    refusals: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    def opened(self, customer: str) -> None:
        # Whether unused replies add up is not documented; a reader of these tests may count on either.
        self.left[customer] += REPLIES
        self.wrote_at[customer] = self.now()

    def is_late(self, customer: str) -> bool:
        return customer not in self.wrote_at or self.now() - self.wrote_at[customer] > WINDOW

    def take(self, customer: str) -> bool:
        if self.left[customer] <= 0:
            self.refusals.put_nowait(customer)
            return False
        self.left[customer] -= 1
        return True


@dataclass
class KfServer(WeComApi):
    """Customer service: its accounts, all that happened there, and what it lets the bot say."""

    windows: Windows = field(default_factory=lambda: Windows(lambda: 0.0))
    accounts: dict[str, str] = field(default_factory=lambda: {KF: "育才客服"})
    nicknames: dict[str, str] = field(default_factory=dict)
    log: list[dict[str, Any]] = field(default_factory=list)
    page: int = 1000
    bells: dict[str, float] = field(default_factory=dict)  # tokens that were given out, and when
    pulls: list[dict[str, Any]] = field(default_factory=list)
    taken: set[tuple[str, str]] = field(default_factory=set)
    sender: CallbackSender | None = None
    fails: list[Any] = field(default_factory=list)  # for pulls, in turn
    on_its_own: tuple[str, ...] = ("/sync_msg",)
    codes: set[str] = field(default_factory=set)  # with which somebody may be greeted
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    async def says(self, customer: str, text: str, **more: Any) -> dict[str, Any]:
        """Let a customer write; the doorbell rings."""
        item = {**self.item(customer, msgtype="text", text={"content": text}), **more}
        self.windows.opened(customer)
        self.log.append(item)
        await self.rings(item["open_kfid"])
        return item

    async def happens(self, **event: Any) -> None:
        """Let something happen that nobody said."""
        account = event.setdefault("open_kfid", KF)
        item = self.item("", msgtype="event", origin=4, event=event, open_kfid=account)
        del item["external_userid"]
        self.log.append(item)
        await self.rings(account)

    def item(self, customer: str, **more: Any) -> dict[str, Any]:
        number = next(self._ids)
        return {
            "msgid": f"from_msgid_{number:026}",
            "open_kfid": KF,
            "external_userid": customer,
            "send_time": int(BORN + self.windows.now()),
            "origin": 3,
            **more,
        }

    async def rings(self, account: str = KF, *, nonce: str = "n1") -> None:
        token = f"ENC{next(self._ids)}"
        self.bells[token] = self.windows.now()
        assert self.sender is not None
        assert await self.sender.posts_xml(bell(token, account), nonce=nonce, at=self._time()) == 200

    def _time(self) -> int:
        return int(BORN + self.windows.now())

    def _judge(self, posted: Posted) -> dict[str, Any]:
        if posted.query.get("access_token") not in self.tokens[-1:]:
            return {"errcode": 42001, "errmsg": "access_token expired"}
        match posted.path.rpartition("/kf/")[2]:
            case "account/list":
                found = [{"open_kfid": number, "name": name} for number, name in self.accounts.items()]
                asked = posted.body or {}
                page = found[asked.get("offset", 0) :][: asked.get("limit", 100)]
                return {"errcode": 0, "errmsg": "ok", "account_list": page}
            case "customer/batchget":
                return self._customers(posted.body["external_userid_list"])
            case "sync_msg":
                return self._pull(posted.body)
            case "send_msg":
                return self._send(posted)
            case "send_msg_on_event":
                return self._greet(posted)
        return {"errcode": 48002, "errmsg": "api forbidden"}

    def _customers(self, wanted: list[str]) -> dict[str, Any]:
        assert len(wanted) <= 100
        known = [
            {"external_userid": customer, "nickname": self.nicknames[customer]}
            for customer in wanted
            if customer in self.nicknames
        ]
        return {"errcode": 0, "errmsg": "ok", "customer_list": known}

    def _pull(self, body: dict[str, Any]) -> dict[str, Any]:
        self.pulls.append(body)
        if self.fails:
            return self.fails.pop(0)
        rang_at = self.bells.get(body.get("token", ""), 0.0)
        if "token" in body and (body["token"] not in self.bells or self.windows.now() - rang_at > 600):
            return {"errcode": 95007, "errmsg": "invalid msg token"}
        start = int(body.get("cursor") or 0)
        page = self.log[start : start + min(self.page, body["limit"])]
        end = start + len(page)
        wanted = body.get("open_kfid")  # none: of all accounts
        of_account = [item for item in page if wanted in (None, item["open_kfid"])]
        return {
            "errcode": 0,
            "errmsg": "ok",
            "next_cursor": str(end),
            "has_more": int(end < len(self.log)),
            "msg_list": of_account,
        }

    def _send(self, posted: Posted) -> dict[str, Any]:
        body = posted.body
        customer, account, number = body["touser"], body["open_kfid"], body["msgid"]
        if account not in self.accounts:
            return {"errcode": 95004, "errmsg": "open_kfid not exist"}
        if (account, number) in self.taken or not 0 < len(number) <= 32:
            return {"errcode": 40096, "errmsg": "invalid msgid"}
        if self.windows.is_late(customer):
            return {"errcode": 95002, "errmsg": "send msg time limit"}
        if not self.windows.take(customer):
            return {"errcode": 95001, "errmsg": "send msg count limit"}
        if body["msgtype"] == "text" and len(body["text"]["content"].encode()) > 2048:
            return {"errcode": 45002, "errmsg": "content size out of limit"}
        self._deliver(posted)
        return {"errcode": 0, "errmsg": "ok", "msgid": number}

    def _greet(self, posted: Posted) -> dict[str, Any]:
        code = posted.body["code"]
        assert set(posted.body) == {"code", "msgid", "msgtype", posted.body["msgtype"]}
        if code not in self.codes:
            return {"errcode": 95009, "errmsg": "invalid code"}
        self.codes.discard(code)
        self.posted.put_nowait(posted)
        return {"errcode": 0, "errmsg": "ok", "msgid": posted.body["msgid"]}

    def _deliver(self, posted: Posted) -> None:
        self.taken.add((posted.body["open_kfid"], posted.body["msgid"]))
        self.delivered.append(posted)
        self.posted.put_nowait(posted)


def bell(token: str, account: str, **changes: str) -> str:
    fields = {
        "ToUserName": CORP,
        "CreateTime": str(BORN),
        "MsgType": "event",
        "Event": "kf_msg_or_event",
        "Token": token,
        "OpenKfId": account,
        **changes,
    }
    inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items() if value)
    return f"<xml>{inner}</xml>"


@dataclass
class MpServer(WeComApi):
    """The HTTP interface of an official account."""

    windows: Windows = field(default_factory=lambda: Windows(lambda: 0.0))
    has_right: bool = True

    def _judge(self, posted: Posted) -> dict[str, Any]:
        if posted.query.get("access_token") not in self.tokens[-1:]:
            return {"errcode": 40001, "errmsg": "invalid credential, access_token is invalid or not latest"}
        if posted.path.endswith("/quota/get"):
            return {"errcode": 0, "errmsg": "ok", "quota": {"daily_limit": 500_000, "used": 1}}
        assert posted.path.endswith("/message/custom/send")
        follower = posted.body["touser"]
        if not self.has_right:
            return {"errcode": 48001, "errmsg": "api unauthorized"}
        if self.windows.is_late(follower):
            return {"errcode": 45015, "errmsg": "response out of time limit or subscription is canceled"}
        if not self.windows.take(follower):
            return {"errcode": 45047, "errmsg": "out of response count limit"}
        if len(seen_text(posted.body).encode()) > 2048 + 400:
            return {"errcode": 45002, "errmsg": "content size out of limit"}
        self._deliver(posted)
        return {"errcode": 0, "errmsg": "ok"}

    async def handle(self, request: aiohttp.web.Request) -> aiohttp.web.StreamResponse:
        if request.path.endswith("/stable_token"):
            body = await request.json()
            assert body["grant_type"] == "client_credential"
            if (body["appid"], body["secret"]) != (APP, "mp-s3cret"):
                return aiohttp.web.json_response({"errcode": 40125, "errmsg": "invalid appsecret"})
            self.token_answer = {"access_token": f"token-{len(self.tokens) + 1}", "expires_in": 7200}
        return await super().handle(request)


class MpSender(CallbackSender):
    """An official account as it calls back, in safe mode."""

    async def follower_says(self, follower: str, text: str, **changes: str) -> int:
        return await self.posts_xml(self.follower_message(follower, text, **changes))

    def follower_message(self, follower: str, text: str, **changes: str) -> str:
        fields = {"ToUserName": "gh_7f083739789a", "AgentID": "", "Content": text, **changes}
        return self.app_message(follower, fields.pop("Content"), **fields)

    async def asks(self, echo: str, *, at: int = BORN, **changes: str) -> tuple[int, bytes]:
        """Verify the address as an official account does: nothing is sealed."""
        signature = hashlib.sha1("".join(sorted([TOKEN, str(at), "n1"])).encode()).hexdigest()
        query = {"signature": signature, "timestamp": str(at), "nonce": "n1", "echostr": echo, **changes}
        async with self.session.get(self.url, params=query) as response:
            return response.status, await response.read()
