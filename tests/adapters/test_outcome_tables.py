"""What each code of a platform means: whether and when a message is tried again, and what whoever looks at it is advised to do."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from telegram.error import BadRequest

from adapters.contract import DeliveryFailed
from adapters.dingtalk import outcome as dingtalk
from adapters.feishu import outcome as feishu
from adapters.onebot import outcome as onebot
from adapters.onebot.frames import Frame
from adapters.qq import outcome as qq
from adapters.server import Response
from adapters.telegram.failures import Burden, burden_of, is_unchanged
from adapters.telegram.failures import failure as of_telegram
from adapters.wechat.mp.errors import failure as of_mp
from adapters.wecom.errors import failure as of_wecom
from adapters.wecom.errors import is_known

NEVER = None


def meaning(failed: DeliveryFailed) -> tuple[float | None, bool]:
    """Return after how many seconds a message is tried again, and whether it is held until somebody has spoken."""
    wait = failed.retry_after
    return wait.total_seconds() if wait is not None else NEVER, failed.until_heard


def check(
    failed: DeliveryFailed, named: str, seconds: float | None, advice: str, *, is_held: bool = False
) -> None:
    """Hold a failure against the row of its code, which is `named` with the platform to whoever reads of it."""
    assert meaning(failed) == (seconds, is_held)
    assert advice in failed.reason
    assert named in failed.reason


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
    check(failed.value, f"钉钉 {code}", seconds, advice)
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
    check(failed.value, f"飞书 {code}", seconds, advice)


@pytest.mark.parametrize("code", [230018, 230035])
def test_a_group_of_feishu_in_which_only_some_speak_is_waited_for(code):
    with pytest.raises(feishu.Rejected, match="不允许机器人发言") as failed:
        feishu.read(Response(200, msgspec.json.encode({"code": code})))
    assert meaning(failed.value) == (NEVER, True)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("", 5),
        ("0", 1),
        ("7", 7),
        ("299", 299),
        ("99999", 300),
        ("123456", 5),
        ("-1", 5),
        ("７", 5),
        ("x", 5),
    ],
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


@pytest.mark.parametrize(
    ("code", "seconds", "is_held", "advice"),
    [
        (-1, 5, False, "企业微信繁忙"),
        (40001, 60, False, "secret 不对"),
        (40014, 60, False, "access_token 无效"),
        (42001, 60, False, "access_token 过期"),
        (40013, 60, False, "corp_id 不对"),
        (45009, 60, False, "发送太频繁"),
        (45033, 60, False, "同时发送太多"),
        (846609, 5, False, "没有登录"),
        (40003, NEVER, False, "没有这个成员"),
        (40008, NEVER, False, "不收这种消息"),
        (40058, NEVER, False, "参数不对"),
        (45002, NEVER, False, "消息太长"),
        (60020, NEVER, False, "企业可信 IP"),
        (81013, NEVER, False, "可见范围"),
        (93000, NEVER, False, "已被移出群"),
        (95000, NEVER, False, "没有这个客服账号"),
        (95004, NEVER, False, "没有这个客服账号"),
        (95007, NEVER, False, "凭证已过期"),
        (95017, NEVER, False, "可调用接口"),
        (846605, NEVER, False, "已失效"),
        (846608, NEVER, False, "超过时限"),
        (95001, NEVER, True, "最多回复 5 条"),
        (95002, NEVER, True, "已过 48 小时"),
        (95013, NEVER, True, "会话已经结束"),
        (95016, NEVER, True, "状态不允许"),
        (95018, NEVER, True, "人工接待"),
        (95024, NEVER, True, "48 小时没有写来"),
        (777, NEVER, False, "原话"),
    ],
)
def test_wecom(code, seconds, is_held, advice):
    failed = of_wecom(code, "原话")
    check(failed, f"企业微信 {code}", seconds, advice, is_held=is_held)
    assert failed.code == code
    assert is_known(code) is (code != 777)


@pytest.mark.parametrize(
    ("code", "seconds", "is_held", "advice"),
    [
        (-1, 5, False, "微信繁忙"),
        (40001, 60, False, "被别的程序换掉"),
        (40014, 60, False, "access_token 无效"),
        (42001, 60, False, "access_token 过期"),
        (40013, 60, False, "app_id 不对"),
        (40125, 60, False, "secret 不对"),
        (40164, 60, False, "IP 白名单"),
        (45011, 60, False, "太频繁"),
        (45009, 3600, False, "今天的调用次数"),
        (40003, NEVER, False, "没有这个 openid"),
        (45002, NEVER, False, "消息太长"),
        (48001, NEVER, False, "客服消息"),
        (48002, NEVER, False, "拒收"),
        (50002, NEVER, False, "限制使用接口"),
        (43004, NEVER, True, "没有关注"),
        (45015, NEVER, True, "48 小时没有写来"),
        (45047, NEVER, True, "已经用完"),
        (777, NEVER, False, "原话"),
    ],
)
def test_an_official_account(code, seconds, is_held, advice):
    failed = of_mp(code, "原话")
    check(failed, f"微信 {code}", seconds, advice, is_held=is_held)
    assert failed.code == code


@pytest.mark.parametrize("of", [of_wecom, of_mp])
def test_the_address_that_is_not_on_the_list_is_told(of):
    code = 60020 if of is of_wecom else 40164
    for words in ("not allow to access from your ip, from ip: 203.0.113.7, more", "invalid ip 203.0.113.7 x"):
        assert "本机的 IP 203.0.113.7 不在" in of(code, words).reason
    assert "203.0.113.7" not in of(40003, "from ip: 203.0.113.7").reason.partition("（")[0]


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (40023002, "IP 白名单"),
        (11298, "IP 白名单"),
        (11253, "没有这个接口的权限"),
        (11254, "接口已被封禁"),
        (40034105, "机器人主动在群聊内发言"),
        (40034102, "机器人主动在群聊内发言"),
        (40054013, "关闭了机器人的主动消息"),
        (40054004, "没有加机器人为好友"),
        (777, "原话"),
    ],
)
def test_qq_says_what_to_do(code, advice):
    body = msgspec.json.encode({"err_code": code, "message": "原话"})
    assert advice in qq.judge(400, body, {}).said
    assert qq.waits_for_a_person(400, body) is (code in (40023002, 11298))
    assert not qq.waits_for_a_person(200, body)


@pytest.mark.parametrize(
    ("words", "is_held", "advice"),
    [
        ("Bad Request: TOPIC_DELETED", False, "话题已被删除或关闭"),
        ("Bad Request: message thread not found", False, "话题已被删除或关闭"),
        ("Bad Request: TOPIC_CLOSED", False, "请重新打开它"),
        ("Bad Request: chat not found", False, "没有这个群"),
        ("Bad Request: not enough rights to send photos to the chat", False, "没有发言权"),
        ("Bad Request: not enough rights to send text messages to the chat", True, "没有发言权"),
        ("Bad Request: have no rights to send a message", True, "没有发言权"),
        ("Bad Request: message to edit not found", False, "已不在"),
        ("Bad Request: message can't be edited", False, "不能再修改"),
        ("Bad Request: message is too long", False, "文字太长"),
        ("Bad Request: something new", False, "Telegram 拒绝"),
    ],
)
def test_telegram(words, is_held, advice):
    failed = of_telegram(BadRequest(words))
    assert meaning(failed) == (NEVER, is_held)
    assert advice in failed.reason


@pytest.mark.parametrize(
    ("words", "burden"),
    [
        ("Can't find end of the entity starting at byte offset 3", Burden.MARKS),
        ("ENTITY_BOUNDS_INVALID", Burden.MARKS),
        ("USER_ID_INVALID", Burden.MARKS),
        ("User not found", Burden.MARKS),
        ("BUTTON_URL_INVALID", Burden.BUTTONS),
        ("REPLY_MARKUP_TOO_LONG", Burden.BUTTONS),
        ("object expected as reply markup", Burden.BUTTONS),
        ("can't parse keyboard", Burden.BUTTONS),
        ("message to be replied not found", Burden.QUOTE),
        ("reply message not found", Burden.QUOTE),
        ("field reply_to_message_id is invalid", Burden.QUOTE),
    ],
)
def test_without_what_telegram_takes_a_message(words, burden):
    assert burden_of(BadRequest(f"Bad Request: {words}")) is burden
    assert not is_unchanged(BadRequest(f"Bad Request: {words}"))


@pytest.mark.parametrize("words", ["Timeout: NTEvent", "request timed out", "发送超时", ""])
def test_what_onebot_says_of_a_message_that_may_be_there(words):
    with pytest.raises(DeliveryFailed, match="多半已发出") as failed:
        onebot.check(Frame(status="failed", retcode=1200, wording=words))
    assert failed.value.is_unknown
    with pytest.raises(DeliveryFailed, match="QQ 拒绝（100）") as failed:
        onebot.check(Frame(status="failed", retcode=100, wording=words))
    assert not failed.value.is_unknown


@pytest.mark.parametrize("words", ["被风控", "Risk control", "操作频繁", "Rate limit exceeded"])
def test_what_onebot_says_when_the_account_is_watched(words):
    with pytest.raises(DeliveryFailed, match="请放慢、少发链接") as failed:
        onebot.check(Frame(status="failed", retcode=100, wording=words))
    assert meaning(failed.value) == (NEVER, False)
    assert words in failed.value.reason


@pytest.mark.parametrize(
    ("status", "retcode", "is_unknown"),
    [
        ("ok", 0, None),
        (None, 0, None),
        ("ok", 1, True),
        ("async", 0, True),
        ("failed", 0, False),
        (None, 2, False),
    ],
)
def test_what_onebot_took(status, retcode, is_unknown):
    answer = Frame(status=status, retcode=retcode)
    if is_unknown is None:
        onebot.check(answer)
        return
    with pytest.raises(DeliveryFailed) as failed:
        onebot.check(answer)
    assert failed.value.is_unknown is is_unknown


def test_onebot_s_reasons_are_told_once_each():
    answer = Frame(status="failed", retcode=100, wording="禁言中", message=" 禁言中 ", msg="EventChecker")
    with pytest.raises(DeliveryFailed) as failed:
        onebot.check(answer)
    assert failed.value.reason == "QQ 拒绝（100）：禁言中；EventChecker"
    with pytest.raises(DeliveryFailed, match="没有说原因"):
        onebot.check(Frame(status="failed", retcode=100, wording=" ", message=[]))
    assert not onebot.is_refusal(Frame(status="failed", retcode=[1403]))


def test_what_is_well_is_given_back():
    body = msgspec.json.encode({"errcode": 0, "code": 0, "x": 1})
    for given in (dingtalk.read, dingtalk.check_answered, feishu.read):
        assert given(Response(200, body)) == {"errcode": 0, "code": 0, "x": 1}


@pytest.mark.parametrize(
    ("status", "seconds", "words"),
    [(401, 60, "401"), (429, 60, "太频繁，被钉钉限制（钉钉 429）"), (503, NEVER, "503")],
)
def test_where_dingtalk_gives_no_code_the_status_stands_for_it(status, seconds, words):
    with pytest.raises(dingtalk.Rejected, match=words) as failed:
        dingtalk.read(Response(status, b""))
    assert meaning(failed.value) == (seconds, False)


@pytest.mark.parametrize(("status", "code"), [(200, True), (200, None), (204, 0)])
def test_what_a_conversation_of_dingtalk_says_without_sense_is_unknown(status, code):
    with pytest.raises(DeliveryFailed, match="看不懂") as failed:
        dingtalk.check_answered(Response(status, msgspec.json.encode({"errcode": code})))
    assert failed.value.is_unknown


@pytest.mark.parametrize(
    ("body", "outcome", "index"),
    [
        (b'{"id":"m1","ext_info":{"ref_idx":"REFIDX_1"}}', qq.Outcome.SENT, "REFIDX_1"),
        (b'{"id":"m1","ext_info":["x"]}', qq.Outcome.SENT, ""),
        (b'{"code":"0","id":"m1"}', qq.Outcome.SENT, ""),
    ],
)
def test_what_qq_says_of_a_message_that_was_sent(body, outcome, index):
    verdict = qq.judge(200, body, {})
    assert (verdict.outcome, verdict.message_id, verdict.index) == (outcome, "m1", index)
    assert verdict.retry_after is None


@pytest.mark.parametrize("code", [22009, 40034100, 100017, 40023002, 11298])
def test_how_long_qq_wants_to_be_left_alone(code):
    body = msgspec.json.encode({"err_code": code})
    assert qq.judge(400, body, {"Retry-After": "７"}).retry_after == timedelta(seconds=30)
    assert qq.judge(400, body, {"Retry-After": " 90 "}).retry_after == timedelta(seconds=90)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(199, "refused"), (300, "refused"), (499, "refused"), (500, "unknown"), (201, "review")],
)
def test_what_the_status_says_where_qq_gives_neither_code_nor_number(status, outcome):
    verdict = qq.judge(status, b"{}", {})
    assert verdict.outcome == outcome
    assert f"HTTP {status}" in verdict.said
    assert "trace" not in verdict.said


def test_a_code_of_qq_that_is_no_number_is_a_refusal():
    for code in ("9" * 30, "７", "x"):
        body = msgspec.json.encode({"code": code})
        assert qq.judge(200, body, {}).outcome is qq.Outcome.REFUSED
