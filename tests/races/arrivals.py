"""An open loop: requests arrive at a fixed rate, whether or not the ones before have been answered."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

PATIENCE = 120


@dataclass(frozen=True)
class Reply:
    """What came back, and how long after the moment at which the request was due."""

    status: int
    head: str
    body: str
    seconds: float


def arrive(port: int, requests: Sequence[bytes], a_second: float) -> list[Reply]:
    """Send each request at its moment, on a connection of its own; every one is waited for."""
    # In a thread, because a browser test before may have left a running loop in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, _arrive(port, requests, a_second)).result()


async def _arrive(port: int, requests: Sequence[bytes], a_second: float) -> list[Reply]:
    begin = time.monotonic() + 0.2
    calls = (_ask(port, request, begin + n / a_second) for n, request in enumerate(requests))
    async with asyncio.timeout(PATIENCE):
        return list(await asyncio.gather(*calls))


async def _ask(port: int, request: bytes, due: float) -> Reply:
    await asyncio.sleep(max(0, due - time.monotonic()))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    await writer.drain()
    answer = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    head, _, body = answer.partition("\r\n\r\n")
    return Reply(int(head.split(" ")[1]), head, body, time.monotonic() - due)


def form(path: str, cookies: str, fields: dict[str, str]) -> bytes:
    """A form as a browser sends it."""
    body = "&".join(f"{name}={value}" for name, value in fields.items())
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nCookie: {cookies}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def page(path: str) -> bytes:
    """A visitor's request for a page."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
