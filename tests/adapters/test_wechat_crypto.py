"""Sealed texts of WeCom: published samples, an independent library, and whatever somebody may send instead."""

from __future__ import annotations

import base64
import contextlib
from datetime import UTC, datetime, timedelta

import pytest
import wechatpy.crypto
import xmltodict
from hypothesis import given
from hypothesis import strategies as st

from adapters.admission import Refused
from adapters.wechat import xml
from adapters.wechat.crypto import Seal, Tampered, is_signed, read_key, signature
from adapters.wechat.door import Door

# The sample of the vendor's own libraries.
TOKEN, KEY, RECEIVER = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7"
ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
MESSAGE = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg"
    "3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+k"
    "DZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6ti"
    "WSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p"
    "8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
)
FIXED = (
    "9s4gMv99m88kKTh/H8IdkOiMg6bisoy3ypwy9H4hvSPe9nsGaqyw5hhSjdYbcrKk+j3nba4HMOTzHrluLBYqxgNcBqGsL8GqxlhZ"
    "gURnAtObvesEl5nZ+uBE8bviY0LWke8Zy9V/QYKxNV2FqllNXcfmstttyIkMKCCmVbCFM2JTF5wY0nFhHZSjPUL2Q1qvSUCUld+/"
    "WIXrx0oyKQmpB6o8NRrrNrsDf03oxI1p9FxUgMnwKKZeOA/uu+2IEvEBtb7muXsVbwbgX05UPPJvFurDXafG0RQyPR+mf1nDnAtQ"
    "mmNOuiR5MIkdQ39xn1vWwi1O5oazPoQJz0nTYjxxEE8kv3kFxtAGVRe3ypD3WeK2XeFYFMNMpatF9XiKzHo3"
)
FIXED_PLAIN = (
    "<xml>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[test]]></Content>\n"
    "<FromUserName><![CDATA[wx49f0ab532d5d035a]]></FromUserName>\n<ToUserName><![CDATA[messense]]></ToUserName>\n"
    "<AgentID>1</AgentID>\n<CreateTime>1411525903</CreateTime>\n</xml>"
)
DINGTALK = (
    "0vJiX6vliEpwG3U45CtXqi+m8PXbQRARJ8p8BbDuD1EMTDf0jKpQ79QS93qEk7XHpP6u+oTTrd15NRPvNvmBKyDCYxxOK+HZeKju"
    "4yhELOFchzNukR+t8SB/qk4ROMu3"
)


def seal(key: str = KEY, receiver: str = RECEIVER) -> Seal:
    return Seal(read_key(key), receiver)


def test_the_vendors_sample_of_a_verification():
    assert signature(TOKEN, "1409659589", "263014780", ECHO) == "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"
    assert seal().open(ECHO) == b"1616140317555161061"


def test_the_vendors_sample_of_a_message():
    assert signature(TOKEN, "1409659813", "1372623149", MESSAGE) == "477715d11cdb4164915debcba66cb864d751f3e6"
    fields = xml.fields(seal().open(MESSAGE))
    assert (fields["Content"], fields["MsgId"]) == ("hello", "4561255354251345929")
    assert fields["FromUserName"] == "mycreate"


def test_a_published_sample_with_a_fixed_prefix_is_sealed_to_the_letter():
    fixed = seal("kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", "wx49f0ab532d5d035a")
    assert fixed.close(FIXED_PLAIN.encode(), b"1234567890123456") == FIXED
    assert fixed.open(FIXED) == FIXED_PLAIN.encode()
    assert signature("123456", "1411525903", "461056294", FIXED) == "407518b7649e86ef23978113f92d27afa9296533"


def test_the_same_scheme_elsewhere():
    ding = seal("Yue0EfdN5900c1ce5cf6A152c63DDe1808a60c5ecd7", "ding6ccabc44d2c8d38b")
    assert ding.open(DINGTALK) == b'{"EventType":"check_url"}'
    assert (
        signature("mryue", "1608001896814", "WL4PK6yA", DINGTALK)
        == "03044561471240d4a14bb09372dfcfd4fd0e40cb"
    )


@given(
    st.text(st.characters(codec="utf-8"), max_size=200), st.sampled_from(["", "wx5823bf96d3bd56c7", "企业"])
)
def test_wechatpy_opens_what_we_seal_and_we_open_what_it_seals(text, receiver):
    theirs = wechatpy.crypto.WeChatCrypto(TOKEN, KEY, receiver)
    ours = seal(receiver=receiver)
    envelope = xmltodict.parse(theirs.encrypt_message(text, "n", "1409659813"))["xml"]
    assert ours.open(envelope["Encrypt"]) == text.encode()
    assert is_signed(envelope["MsgSignature"], TOKEN, "1409659813", "n", envelope["Encrypt"])
    sealed = ours.close(text.encode(), b"0123456789abcdef")
    signed = signature(TOKEN, "1409659813", "n", sealed)
    assert theirs.decrypt_message({"Encrypt": sealed}, signed, "1409659813", "n") == text


@given(st.binary(max_size=200), st.binary(min_size=16, max_size=16))
def test_whatever_is_sealed_comes_out_again(message, prefix):
    sealed = seal().close(message, prefix)
    assert len(base64.b64decode(sealed)) % 32 == 0
    assert seal().open(sealed) == message


def test_another_receiver_is_told_apart_even_when_one_begins_like_the_other():
    sealed = seal(receiver="ww1").close(b"hello", bytes(16))
    for receiver in ("", "ww", "ww12", "WW1"):
        with pytest.raises(Tampered, match="receiver"):
            seal(receiver=receiver).open(sealed)


@pytest.mark.parametrize(
    "sealed", ["", "=", "AAAA", "not base64!", "空", "\ud800", "A" * 43, ECHO[:-4], ECHO + "\n"]
)
def test_what_is_no_sealed_text_is_refused(sealed):
    with pytest.raises(Tampered):
        seal().open(sealed)


@given(st.data())
def test_no_changed_byte_gives_another_message(data):
    blocks = bytearray(base64.b64decode(MESSAGE))
    at = data.draw(st.integers(0, len(blocks) - 1))
    blocks[at] ^= data.draw(st.integers(1, 255))
    # AES-CBC alone does not notice every change, which is why the signature comes first; here only: nothing else is raised.
    with contextlib.suppress(Tampered):
        seal().open(base64.b64encode(blocks).decode())
    assert not is_signed(
        "477715d11cdb4164915debcba66cb864d751f3e6",
        TOKEN,
        "1409659813",
        "1372623149",
        base64.b64encode(blocks).decode(),
    )


@given(st.binary(max_size=320))
def test_no_bytes_raise_anything_but_the_documented(blocks):
    with contextlib.suppress(Tampered):
        seal().open(base64.b64encode(blocks).decode())


def with_padding(padding: bytes) -> str:
    """Return a text sealed by hand that is right in everything but its padding."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    fixed = 16 + 4 + len(RECEIVER) + len(padding)
    message = b"x" * (-fixed % 16)
    plain = bytes(16) + len(message).to_bytes(4, "big") + message + RECEIVER.encode() + padding
    key = read_key(KEY)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def test_the_sealing_by_hand_is_right_but_for_the_padding():
    assert seal().open(with_padding(b"\x03\x03\x03")).strip(b"x") == b""


@pytest.mark.parametrize(
    "padding", [b"\0", b"\x21" * 33, b"\xff", b"\x01\x02\x03", b"\x02\x03\x03", b"\x03\x02\x03"]
)
def test_wrong_padding_is_refused(padding):
    with pytest.raises(Tampered, match="padding"):
        seal().open(with_padding(padding))


def test_a_length_beyond_the_end_is_refused():
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = read_key(KEY)
    plain = bytes(16) + b"\xff\xff\xff\xff" + b"hello" + bytes([7]) * 7
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    with pytest.raises(Tampered, match="length"):
        seal().open(base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode())


@pytest.mark.parametrize("key", ["", "short", KEY + "A", KEY[:-1] + "=", KEY[:-1] + " ", KEY[:-1] + "中"])
def test_a_key_that_is_none_is_refused_without_being_repeated(key):
    with pytest.raises(ValueError, match="43") as wrong:
        read_key(key)
    assert not key or key not in str(wrong.value)


# --- The door -----------------------------------------------------------------------------------------------------

NOW = datetime.fromtimestamp(1409659813, UTC)
QUERY = {
    "msg_signature": "477715d11cdb4164915debcba66cb864d751f3e6",
    "timestamp": "1409659813",
    "nonce": "1372623149",
}


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_a_signed_message_comes_in_while_it_is_fresh(minutes):
    assert b"hello" in Door(TOKEN, seal()).open(QUERY, MESSAGE, NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_a_replayed_message_is_refused(seconds):
    with pytest.raises(Refused, match="five minutes") as refused:
        Door(TOKEN, seal()).open(QUERY, MESSAGE, NOW + timedelta(seconds=seconds))
    assert refused.value.status == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"msg_signature": ""},
        {"msg_signature": "0" * 40},
        {"msg_signature": QUERY["msg_signature"].upper()},
        {"msg_signature": "签名"},
        {"timestamp": "1409659814"},
        {"timestamp": ""},
        {"nonce": "1"},
        {"nonce": "\ud800"},
    ],
)
def test_a_signature_that_does_not_fit_is_refused(changes):
    with pytest.raises(Refused, match="signature") as refused:
        Door(TOKEN, seal()).open({**QUERY, **changes}, MESSAGE, NOW)
    assert refused.value.status == 403


def test_a_missing_query_is_refused():
    with pytest.raises(Refused, match="signature"):
        Door(TOKEN, seal()).open({}, MESSAGE, NOW)


@pytest.mark.parametrize("timestamp", ["x", "-1", "１４０９６５９８１３", "9" * 30, "1409659813.0"])
def test_a_signed_time_that_is_none_is_refused(timestamp):
    query = {"msg_signature": signature(TOKEN, timestamp, "n", MESSAGE), "timestamp": timestamp, "nonce": "n"}
    with pytest.raises(Refused, match="five minutes"):
        Door(TOKEN, seal()).open(query, MESSAGE, NOW)


def test_a_signed_message_for_another_enterprise_is_refused():
    with pytest.raises(Refused, match="receiver") as refused:
        Door(TOKEN, seal(receiver="ww0")).open(QUERY, MESSAGE, NOW)
    assert refused.value.status == 403


# --- XML ----------------------------------------------------------------------------------------------------------


def test_fields_of_a_message_are_read():
    document = b"<xml><A><![CDATA[ 1<2 ]]></A><B>x&amp;y</B><C/><A>second</A><D><E>deep</E>own</D></xml>"
    assert xml.fields(document) == {"A": " 1<2 ", "B": "x&y", "C": "", "D": "own"}


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE xml [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]><xml><Content>&b;</Content></xml>',
        b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml/>',
        b'<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Content>&a;</Content></xml>',
        b'<!DOCTYPE xml [<!ENTITY % p SYSTEM "http://127.0.0.1/"> %p;]><xml/>',
        b"<!DOCTYPE xml><xml/>",
        b"<xml>&unknown;</xml>",
        b"<xml>" + b"<a>" * 20 + b"</a>" * 20 + b"</xml>",
        b"<xml>" + b"<a/>" * 1000 + b"</xml>",
        b"<xml><a></xml>",
        b"<xml/><xml/>",
        b"",
        b"\xff\xfe",
        b"<xml>\x00</xml>",
        b"\xef\xbb\xbf",
    ],
)
def test_everything_else_that_xml_can_do_is_refused(document):
    with pytest.raises(xml.Unreadable):
        xml.fields(document)


@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode(errors="replace")))
)
def test_no_document_raises_anything_but_the_documented(document):
    try:
        fields = xml.fields(document)
    except xml.Unreadable:
        return
    assert all(isinstance(value, str) for value in fields.values())


@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z]{1,8}", fullmatch=True),
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])),
        max_size=5,
    )
)
def test_fields_of_another_writer_are_read(fields):
    document = xmltodict.unparse({"xml": fields}, full_document=False)
    assert xml.fields(document.encode()) == fields
