"""What each code of a platform means: whether and when a message is tried again, and what whoever looks at it is advised to do."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from adapters.contract import DeliveryFailed
from adapters.dingtalk import outcome as dingtalk
from adapters.feishu import outcome as feishu
from adapters.server import Response

NEVER = None


def meaning(failed: DeliveryFailed) -> tuple[float | None, bool]:
    """Return after how many seconds a message is tried again, and whether it is held until somebody has spoken."""
    wait = failed.retry_after
    return wait.total_seconds() if wait is not None else NEVER, failed.until_heard


@pytest.mark.parametrize(
    ("status", "code", "seconds", "advice"),
    [
        (401, "InvalidAuthentication", 60, "access token 无效"),
        (400, "InvalidAuthentication", 60, "access token 无效"),
        (401, "x", 60, "原话"),
        (400, "invalidClientIdOrSecret", 60, "client_id 或 secret 不对"),
        (400, "authFailed", 60, "client_id 或 secret 不对"),
        (403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", NEVER, "企业内机器人发送消息权限"),
        (403, "Forbidden.AccessDenied.IpNotInWhiteList", NEVER, "服务器出口 IP"),
        (400, "resource.not.found", NEVER, "机器人不在群里"),
        (400, "group.disbanded", NEVER, "已经解散"),
        (400, "bot.stopped", NEVER, "机器人已停用"),
        (400, "invalid.openConversationId", NEVER, "openConversationId"),
        (400, "robot.not.in.conversation", NEVER, "机器人不在这个群里"),
        (400, "staffId.notExisted", NEVER, "userid"),
        (400, "Throttling.Api", 60, "原话"),
        (403, "Forbidden.FrequencyLimit", 60, "原话"),
        (500, "x", NEVER, "原话"),
    ],
)
def test_dingtalk_s_interface(status, code, seconds, advice):
    with pytest.raises(dingtalk.Rejected) as failed:
        dingtalk.read(Response(status, msgspec.json.encode({"code": code, "message": "原话"})))
    assert meaning(failed.value) == (seconds, False)
    assert advice in failed.value.reason
    assert f"钉钉 {code}" in failed.value.reason
    is_about_token = status == 401 or code == "InvalidAuthentication"
    assert isinstance(failed.value, dingtalk.TokenRefused) is is_about_token


@pytest.mark.parametrize("code", [130101, 410100, 660026, 90018])
def test_a_conversation_of_dingtalk_that_is_blocked_for_a_while(code):
    with pytest.raises(dingtalk.Rejected) as failed:
        dingtalk.check_answered(Response(200, msgspec.json.encode({"errcode": code, "errmsg": "x"})))
    assert meaning(failed.value) == (600, False)


@pytest.mark.parametrize(
    ("code", "seconds", "advice"),
    [
        *((code, 5, "飞书繁忙") for code in (1, 1000040343)),
        *((code, 5, "太频繁") for code in (99991400, 230020)),
        *((code, 5, "原话") for code in (11232, 11233, 11247)),
        *((code, 60, "app_id 或 secret 不对") for code in (10003, 10014, 10015)),
        *((code, 60, "access token 无效") for code in (99991661, 99991663, 99991664)),
        *((code, 60, "原话") for code in (99991668, 99991671)),
        (230101, 60, "暂时不让"),
        *((code, NEVER, "app_id 或 secret 不对") for code in (514, 1000040344)),
        (403, NEVER, "长连接接收事件"),
        (1000040350, NEVER, "最多 50 个"),
        (99991672, NEVER, "没有这项权限"),
        (230001, NEVER, "参数不对"),
        (230002, NEVER, "不在这个群里"),
        (230006, NEVER, "机器人能力"),
        (230011, NEVER, "已被撤回"),
        (230013, NEVER, "可用范围"),
        (230017, NEVER, "不是这个群的成员"),
        (230025, NEVER, "消息太长"),
        (230028, NEVER, "没有通过审核"),
        (230072, NEVER, "次数已用完"),
        (777, NEVER, "原话"),
    ],
)
def test_feishu(code, seconds, advice):
    with pytest.raises(feishu.Rejected) as failed:
        feishu.read(Response(200, msgspec.json.encode({"code": code, "msg": "原话"})))
    assert meaning(failed.value) == (seconds, False)
    assert advice in failed.value.reason
    assert f"飞书 {code}" in failed.value.reason


@pytest.mark.parametrize("code", [230018, 230035])
def test_a_group_of_feishu_in_which_only_some_speak_is_waited_for(code):
    with pytest.raises(feishu.Rejected, match="不允许机器人发言") as failed:
        feishu.read(Response(200, msgspec.json.encode({"code": code})))
    assert meaning(failed.value) == (NEVER, True)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("", 5), ("0", 1), ("7", 7), ("299", 299), ("99999", 300), ("123456", 5), ("-1", 5), ("７", 5), ("x", 5)],
)
@pytest.mark.parametrize(("status", "code"), [(429, 0), (400, 99991400)])
def test_how_long_feishu_wants_to_be_left_alone(status, code, said, seconds):
    body = msgspec.json.encode({"code": code})
    with pytest.raises(DeliveryFailed) as failed:
        feishu.read(Response(status, body, {"x-ogw-ratelimit-reset": said} if said else {}))
    assert failed.value.retry_after == timedelta(seconds=seconds)


def test_codes_of_feishu_on_which_the_adapter_acts():
    assert {99991661, 99991663, 99991664, 99991668, 99991671} == feishu.TOKEN_WRONG
    assert {230011, 230006, 230071, 231003, 230110} == feishu.QUOTE_GONE
