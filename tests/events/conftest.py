"""What the tests of events share: a web server that fails as told, and events to send."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from textmine.events.event import Event
from textmine.events.outbox import Outbox

SECRET = "a-secret-of-the-tests-0001"


@dataclass
class Receiver:
    """A web server on loopback. `answers` are given in turn, then `usual`; `drop` closes without a word.

    `got` holds every request that arrived whole: its headers and body.
    """

    answers: list[str] = field(default_factory=list)
    usual: str = "204"
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""
    pause: float = 0.0

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            time.sleep(state.pause)
            answer = state.answers.pop(0) if state.answers else state.usual
            if answer == "drop":
                self.close_connection = True
                return
            if answer == "hang":
                time.sleep(0.6)
            status, _, header = answer.removeprefix("hang").strip().partition(" ")
            self.send_response(int(status or "204"))
            if header:
                self.send_header(*header.split(": "))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            try:
                super().handle()
            except (BrokenPipeError, ConnectionResetError):
                return  # the sender was killed

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n", "utf-8")
    return path


def event(number: int) -> Event:
    return Event(f"evt_{number:032x}", "issue.alert", "2026-11-23T06:00:00Z", {"n": number})


@pytest.fixture
def events() -> Callable[[int], Sequence[Event]]:
    """`events(3)`: so many, all different."""
    return lambda count: [event(number) for number in range(count)]


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox.open(tmp_path / "outbox", create=True) as box:
        yield box


PHONE = "13912345678"
_RISING = (
    "枫桥苑的基站拆了以后小区没有信号",
    "基站拆除之后枫桥苑全无信号，打不了电话",
    "枫桥苑拆基站，业主手机都没信号",
    f"枫桥苑基站被拆，无信号，请回电{PHONE}",
    "枫桥苑基站什么时候恢复，拆了就没信号",
    "枫桥苑拆了基站信号全没了",
)
_ALWAYS = tuple(
    f"{what}{how}"
    for what in ("账单多收费", "宽带速度慢", "套餐不能降档", "充值没到账", "光猫坏了", "推销短信多")
    for how in ("要求退费", "联系师傅上门", "网上查询失败", "营业厅说没权限", "已经两个月")
)


@pytest.fixture(scope="session")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen weeks of verbatims in which one matter rises from week 12 on; with telephone numbers."""
    path = tmp_path_factory.mktemp("stream") / f"工单{PHONE}.csv"
    lines = ["工单号,受理时间,投诉内容"]
    for week in range(1, 17):
        texts = [_ALWAYS[(week * 7 + i * 3) % len(_ALWAYS)] for i in range(20)]
        texts += [_RISING[i % len(_RISING)] for i in range(max(0, week - 11) * 2)]
        day = date.fromisocalendar(2026, week, 3)
        lines += [f"{week:02d}{i:03d},{day},{text}" for i, text in enumerate(texts)]
    path.write_text("\n".join(lines) + "\n", "utf-8-sig")
    return path
