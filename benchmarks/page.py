"""The barest aiohttp server with one page: what a start costs at least."""

from __future__ import annotations

import asyncio

from aiohttp import web


async def main() -> None:
    """Serve `/` until the process is ended."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><p>ok</p>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
