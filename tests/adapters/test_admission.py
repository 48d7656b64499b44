"""Bodies at the door: no larger and no slower than is sensible, whatever length they claim to have."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import StreamReader
from aiohttp.base_protocol import BaseProtocol
from aiohttp.test_utils import make_mocked_request

from adapters.admission import LARGEST, Refused, body_of

pytestmark = pytest.mark.asyncio


def _sent(*pieces: bytes, is_whole: bool = True) -> tuple[StreamReader, dict[str, str]]:
    loop = asyncio.get_running_loop()
    connection = BaseProtocol(loop)
    connection.connection_made(asyncio.Transport())
    content = StreamReader(connection, 2 * LARGEST, loop=loop)
    for piece in pieces:
        content.feed_data(piece)
    if is_whole:
        content.feed_eof()
    return content, {"Content-Length": str(sum(map(len, pieces)))} if is_whole else {}


@pytest.mark.parametrize(
    ("pieces", "is_whole", "status"),
    [
        ((b"x" * LARGEST,), True, None),
        ((b"x" * LARGEST, b"x"), True, 413),
        ((b"x" * LARGEST, b"x"), False, 413),  # in chunks, without a length
        ((b"x",), False, 408),
    ],
)
async def test_a_body_is_of_sensible_size_and_comes_in_time(
    pieces: tuple[bytes, ...], is_whole: bool, status: int | None
) -> None:
    content, headers = _sent(*pieces, is_whole=is_whole)
    request = make_mocked_request("POST", "/hooks/x", headers=headers, payload=content)
    if status is None:
        assert await body_of(request, patience=0.05) == b"".join(pieces)
        return
    with pytest.raises(Refused) as refused:
        await body_of(request, patience=0.05)
    assert refused.value.status == status


async def test_what_claims_to_be_too_large_is_not_even_read() -> None:
    content, _ = _sent(b"x", is_whole=False)
    request = make_mocked_request(
        "POST", "/hooks/x", headers={"Content-Length": str(LARGEST + 1)}, payload=content
    )
    with pytest.raises(Refused) as refused:
        await body_of(request, patience=0.05)
    assert refused.value.status == 413
