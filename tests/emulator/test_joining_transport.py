"""What is written at a time is sent as one: the head and the body of a response."""

import asyncio
from typing import Any

import pytest
from signed_http import SignedHttp

from azure.communication.rooms.emulator.http.joining_transport import JoiningTransport


class Recorder(asyncio.Transport):
    """A transport that records the calls of it."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1)})
        self.calls: list[Any] = []

    def write(self, data: Any) -> None:
        self.calls.append(bytes(data))

    def close(self) -> None:
        self.calls.append("close")

    def is_closing(self) -> bool:
        return "close" in self.calls


def calls_of(*steps: Any) -> list[Any]:
    """Return what reaches the connection: bytes are written, None lets the loop run, a name is a method's."""

    async def main() -> list[Any]:
        recorder = Recorder()
        transport = JoiningTransport(recorder)
        for step in steps:
            if step is None:
                await asyncio.sleep(0)
                recorder.calls.append(None)
            elif isinstance(step, bytes):
                transport.write(step)
            else:
                getattr(transport, step)()
        return recorder.calls

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("steps", "calls"),
    [
        ((b"head", b"body", None, b"next", None), [b"headbody", None, b"next", None]),
        ((b"head", b"body", "close", None), [b"headbody", "close", None]),
        (("close", b"late", None), ["close", None]),
        ((b"", None), [b"", None]),
        ((b"a" * 40_000, b"b" * 40_000, b"c", None), [b"a" * 40_000 + b"b" * 40_000, b"c", None]),
    ],
    ids=["two writes", "closing", "after closing", "nothing", "more than waits"],
)
def test_what_is_written_at_a_time_is_sent_as_one(steps: tuple[Any, ...], calls: list[Any]) -> None:
    assert calls_of(*steps) == calls


def test_all_else_is_the_connections_own() -> None:
    async def main() -> Any:
        return JoiningTransport(Recorder()).get_extra_info("peername")

    assert asyncio.run(main()) == ("127.0.0.1", 1)


def test_a_response_is_one_call_of_the_system(http: SignedHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    write = JoiningTransport._flush

    def record(transport: JoiningTransport) -> None:
        if transport._parts:  # none where a connection of an earlier test closes
            written.append(b"".join(transport._parts))
        write(transport)

    monkeypatch.setattr(JoiningTransport, "_flush", record)
    assert http.send("GET", "/rooms").status == 200
    (response,) = written
    assert response.startswith(b"HTTP/1.1 200 OK\r\n")
    assert response.endswith(b"0\r\n\r\n")
