"""What Autobahn, the library that the suite is made of, makes of the server whose port is given: told as JSON."""

import asyncio
import json
import sys

from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol
from autobahn.websocket.compress import (
    PerMessageDeflateOffer,
    PerMessageDeflateResponse,
    PerMessageDeflateResponseAccept,
)

PORT = int(sys.argv[1])
ROWS = json.dumps([{"id": i, "name": f"Row {i * 7919}", "umlaut": "ä€😀"} for i in range(500)]).encode()
MESSAGES = [(ROWS, False), (ROWS, False), (bytes(range(256)) * 30, True), (b"ok", False), (b"\xfe" * 70_000, True)]

OFFERS = {
    "none": [],
    "default": [PerMessageDeflateOffer()],
    "no takeover": [PerMessageDeflateOffer(request_no_context_takeover=True)],
    "smallest window": [PerMessageDeflateOffer(request_max_window_bits=9)],
    "several": [
        PerMessageDeflateOffer(request_no_context_takeover=True, request_max_window_bits=10),
        PerMessageDeflateOffer(),
    ],
}


def play(offers):
    told = {"same": True, "compressed": None}
    over = asyncio.get_event_loop().create_future()

    class Client(WebSocketClientProtocol):
        def onOpen(self):
            told["compressed"] = self.websocket_extensions_in_use != []
            self.waiting = list(MESSAGES)
            self.following()

        def following(self):
            if self.waiting:
                payload, binary = self.waiting[0]
                self.sendMessage(payload, binary, fragmentSize=1000 if len(self.waiting) % 2 else None)
            else:
                self.sendClose(1000, "done")

        def onMessage(self, payload, binary):
            told["same"] = told["same"] and (payload, binary) == self.waiting.pop(0)
            self.following()

        def onClose(self, clean, code, reason):
            told.update(clean=clean, code=code)
            over.set_result(told)

    factory = WebSocketClientFactory(f"ws://localhost:{PORT}/echo/")
    factory.protocol = Client
    factory.setProtocolOptions(
        perMessageCompressionOffers=offers,
        perMessageCompressionAccept=lambda response: PerMessageDeflateResponseAccept(response)
        if isinstance(response, PerMessageDeflateResponse)
        else None,
    )
    return factory, over


async def main():
    told = {}
    for name, offers in OFFERS.items():
        factory, over = play(offers)
        await asyncio.get_running_loop().create_connection(factory, "127.0.0.1", PORT)
        told[name] = await over
    print(json.dumps(told))


asyncio.run(main())
