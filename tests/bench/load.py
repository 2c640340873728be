"""A client that asks for one page over and over, on connections that it keeps open."""

import asyncio
import sys
import time

from .child import tell

CONNECTIONS = 8
WARM_UP = 0.2  # of the time that is measured


async def main(port: str, path: str, status: str, header: str, seconds: str) -> None:
    line = f"{header}\r\n" if header else ""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{line}\r\n".encode()
    for measured in (WARM_UP * float(seconds), float(seconds)):
        start = time.perf_counter()
        clients = [ask(int(port), request, status, start + measured) for _ in range(CONNECTIONS)]
        answers = sum(await asyncio.gather(*clients))
        rate = answers / (time.perf_counter() - start)
    tell(rate=rate)


async def ask(port: int, request: bytes, status: str, deadline: float) -> int:
    """The number of answers until the deadline. Raises ValueError for one of another status."""
    number = 0
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < deadline:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(f"http/1.1 {status} ".encode()):
            raise ValueError(head.decode("latin-1"))
        _, _, rest = head.partition(b"content-length:")
        if rest and status == "200":
            await reader.readexactly(int(rest.partition(b"\r\n")[0]))
        number += 1
        if b"connection: close" in head:
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()
    return number


asyncio.run(main(*sys.argv[1:]))
