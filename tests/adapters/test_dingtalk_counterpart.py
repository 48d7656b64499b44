"""The official SDK beside our adapter: it makes the same cards, and reads what comes back when one is pressed as we do."""

from __future__ import annotations

import json

from dingtalk_stream import CardCallbackMessage, ChatbotMessage, Credential
from dingtalk_stream.card_instance import MarkdownButtonCardInstance

from adapters.contract import Button, Mention, Outgoing
from adapters.dingtalk import cards, wire
from tests.adapters.dingtalk_peers import CLIENT_ID, SECRET

CLAIM = (Button("接单", "接单 1001"),)


def test_the_official_sdk_makes_the_same_card(monkeypatch):
    sent = {}

    class Answer:
        text = ""

        def raise_for_status(self) -> None:
            """All is well."""

    def post(url, headers, json):
        sent[url.partition("/v1.0")[2]] = json
        return Answer()

    class Client:
        credential = Credential(CLIENT_ID, SECRET)

        def get_access_token(self) -> str:
            return "t"

    monkeypatch.setattr("dingtalk_stream.card_replier.requests.post", post)
    incoming = ChatbotMessage.from_dict(
        {
            "conversationType": "2",
            "conversationId": "123456",
            "senderStaffId": "20002",
            "senderNick": "老张",
            "msgId": "m",
        }
    )
    theirs = MarkdownButtonCardInstance(Client(), incoming)
    theirs.button_list = [{"text": "接单", "color": "blue"}]
    theirs.create_and_deliver_card(
        theirs.card_template_id,
        theirs._get_card_data("🆕 1001 @老张", ""),
        at_sender=True,
        support_forward=False,
    )
    message = Outgoing(
        "k",
        "dingtalk:group:123456",
        "🆕 1001 @老张",
        mentions=(Mention("老张", "dingtalk:20002"),),
        buttons=CLAIM[:1],
    )
    ours = cards.creation(message, "dingtalk", CLIENT_ID, cards.PUBLIC)
    made = sent["/card/instances/createAndDeliver"]
    for key in (
        "cardTemplateId",
        "callbackType",
        "openSpaceId",
        "imGroupOpenSpaceModel",
        "imGroupOpenDeliverModel",
    ):
        assert ours[key] == made[key]
    shown, theirs_shown = ours["cardData"]["cardParamMap"], made["cardData"]["cardParamMap"]
    assert {key: shown[key] for key in ("markdown", "tips")} == {
        key: theirs_shown[key] for key in ("markdown", "tips")
    }
    [button] = json.loads(shown["sys_full_json_obj"])["msgButtons"]
    assert {key: button[key] for key in ("text", "color")} == json.loads(theirs_shown["sys_full_json_obj"])[
        "msgButtons"
    ][0]


def test_the_official_sdk_reads_a_press_as_we_do():
    params = {"command": "接单 1001", "group": "123456"}
    content = json.dumps({"cardPrivateData": {"actionIds": ["0"], "params": params}})
    body = {"userId": "20002", "outTrackId": "c1", "content": content, "extension": "{}", "corpId": "ding1"}
    theirs = CardCallbackMessage.from_dict(body)
    ours = cards.pressed(body, wire.View("dingtalk", "小首", ()), "f1")
    assert ours is not None
    assert (ours.sender, ours.quotes) == (f"dingtalk:{theirs.user_id}", f"card:{theirs.card_instance_id}")
    assert ours.command == theirs.content["cardPrivateData"]["params"]["command"]
