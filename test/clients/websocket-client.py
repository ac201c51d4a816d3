"""What Python's `websockets` makes of the server whose port is given: told as JSON. Over TLS, the certificate is the second argument."""

import asyncio
import json
import ssl
import sys

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

PORT, CERTIFICATE = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
BASE = f"{'ws' if CERTIFICATE is None else 'wss'}://localhost:{PORT}"
TLS = None if CERTIFICATE is None else ssl.create_default_context(cafile=CERTIFICATE)

ROWS = json.dumps([{"id": i, "name": f"Row {i * 7919}", "umlaut": "ä€😀"} for i in range(2000)])
MESSAGES = ["", b"", "ä€😀", ROWS, ROWS, bytes(range(256)) * 300, "x" * 200_000, b"\xfe" * 126]

FACTORIES = {
    "default": {},
    "none": {"compression": None},
    "no takeover": {"no_context": True},
    "small windows": {"server_max_window_bits": 9, "client_max_window_bits": 9},
    "no takeover, small windows": {"no_context": True, "server_max_window_bits": 10, "client_max_window_bits": 11},
}


def connect(path, **more):
    return websockets.connect(BASE + path, ssl=TLS, max_size=None, **more)


def compression(no_context=False, **bits):
    factory = ClientPerMessageDeflateFactory(
        server_no_context_takeover=no_context, client_no_context_takeover=no_context, **bits
    )
    return {"compression": None, "extensions": [factory]}


async def echoes(options):
    more = options if not options or "compression" in options else compression(**options)
    async with connect("/echo/", **more) as socket:
        same = True
        for message in MESSAGES:
            await socket.send(message)
            same = same and await socket.recv() == message
        for message in MESSAGES:
            await socket.send(message)
        for message in MESSAGES:
            same = same and await socket.recv() == message
        return {"same": same, "extensions": [extension.name for extension in socket.extensions]}


async def fragments():
    async with connect("/echo/") as socket:
        await socket.send(["one ", "", "two ", ROWS])
        return await socket.recv() == f"one two {ROWS}"


async def pings():
    async with connect("/echo/", ping_interval=0.01, ping_timeout=5) as socket:
        for _ in range(10):
            await (await socket.ping())
        await asyncio.sleep(0.05)
        return socket.open and socket.latency > 0


async def subprotocol():
    async with connect("/chat/", subprotocols=["chat.v9", "chat.v1"]) as socket:
        return [socket.subprotocol, await socket.recv()]


async def closed_by_server(said):
    async with connect("/ends/") as socket:
        await socket.send(said)
        heard = []
        try:
            while True:
                heard.append(await socket.recv())
        except websockets.ConnectionClosed as closed:
            received = closed.rcvd
            return {"heard": heard, "code": received.code, "reason": received.reason}


async def closed_by_client():
    socket = await connect("/echo/python")
    await socket.close(4002, "grüß dich")
    return socket.close_code


async def pushed():
    async with connect("/push/", compression=None, max_queue=2) as socket:
        await socket.send("100 65536")
        return [int.from_bytes((await socket.recv())[:4], "big") for _ in range(100)] == list(range(100))


async def refused():
    statuses = []
    for path, origin in [("/echo/", "https://elsewhere.example"), ("/nowhere", None)]:
        try:
            async with connect(path, origin=origin):
                statuses.append(101)
        except websockets.InvalidStatusCode as error:
            statuses.append(error.status_code)
    return statuses


async def main():
    told = {
        "echoes": {name: await echoes(options) for name, options in FACTORIES.items()},
        "fragments": await fragments(),
        "pings": await pings(),
        "subprotocol": await subprotocol(),
        "closed by server": await closed_by_server("4005 enough"),
        "failed": await closed_by_server("throw"),
        "closed by client": await closed_by_client(),
        "pushed": await pushed(),
        "refused": await refused(),
    }
    print(json.dumps(told))


asyncio.run(main())
