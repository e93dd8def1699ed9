"""What the tests of the service share: the application around the small model, and a client of it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from textmine.service.app import create_app
from textmine.service.settings import Settings, digest_of

if TYPE_CHECKING:
    from httpx2 import Response

    from textmine.classify.reader import Reader

KEY = "a-key-of-the-tests-0001"

Make = Callable[..., TestClient]


@pytest.fixture(scope="session")
def make(small_reader: Reader, small_model: Path, banking: Path) -> Make:
    """`make(rate=2)`: a client of an application with these settings."""

    def client(*, keys: tuple[str, ...] = (), **chosen: Any) -> TestClient:
        settings = Settings(
            model=str(small_model),
            frame=str(banking),
            keys=tuple(map(digest_of, keys)),
            **{"rate": 0, **chosen},
        )
        return TestClient(create_app(small_reader, settings), raise_server_exceptions=False)

    return client


@pytest.fixture(scope="session")
def client(make: Make) -> TestClient:
    """A client of the application with its usual settings and no rate limit."""
    return make()


@dataclass(slots=True)
class Desk:
    """A reviewer's browser without a screen: a client with its own cookies, and forms as pages give them."""

    client: TestClient
    page: str = ""
    token: str = ""

    def enter(self, name: str, *, round: int = 1, lang: str = "en", **more: str) -> Response:
        answer = self.client.post(
            "/review/start", data={"name": name, "round": str(round), "lang": lang, **more}
        )
        return self._kept(answer)

    def see(self, path: str = "/review") -> str:
        answer = self._kept(self.client.get(path))
        assert answer.status_code == 200, answer.text
        return self.page

    def send(self, path: str, **fields: str | list[str]) -> Response:
        """Post a form of the page that was seen last; the version is that page's."""
        said = {"token": self.token, "version": self.version, **fields}
        return self._kept(self.client.post(path, data=said))

    def judge(self, key: str, choice: str, *causes: str, **more: str) -> Response:
        self.see(f"/review/row/{key}")
        return self.send(f"/review/row/{key}", choice=choice, cause=list(causes), **more)

    @property
    def version(self) -> str:
        found = re.search(r'name="version" value="(\d+)"', self.page)
        return found[1] if found else "0"

    def keys(self, path: str = "/review?show=all") -> list[str]:
        """The rows that a list leads to."""
        return re.findall(r'href="/review/row/([^"?]+)" data-item', self.see(path))

    def corrections(self) -> dict[str, Any]:
        said = self.client.get("/review/corrections.jsonl")
        assert said.status_code == 200
        return {r["id"]: r for r in map(json.loads, said.text.splitlines())}

    def _kept(self, answer: Response) -> Response:
        self.page = answer.text
        if found := re.search(r'name="token" value="([0-9a-f]+)"', self.page):
            self.token = found[1]
        return answer


Sit = Callable[..., Desk]


@pytest.fixture(scope="session")
def classified(small: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-four complaints as the small model reads them, one with personal data. Not to be changed."""
    from textmine.cli.main import run

    out = tmp_path_factory.mktemp("pages")
    table = out / "rows.csv"
    first = "营业厅取号排队等了两个小时，我叫王小明，电话13800138000"
    more = [f"第{n}次来取号，前面还有{n}十多位，柜员还不理人" for n in range(2, 25)]
    table.write_text("\n".join(("投诉内容", first, *more, "")), "utf-8")
    assert run(["classify", str(table), "-o", str(out / "rows"), "-q", *small]) == 0
    return out / "rows"


@pytest.fixture
def rows(classified: Path, tmp_path: Path) -> Path:
    """A copy of those rows to review."""
    return Path(shutil.copytree(classified, tmp_path / "rows"))


@pytest.fixture
def sit(make: Make, rows: Path) -> Sit:
    """`sit("anna")`: a reviewer at the pages of one service; `sit()` one who has not said who he is."""
    app = make(review=str(rows)).app

    def down(name: str = "", *, round: int = 1, lang: str = "en") -> Desk:
        desk = Desk(TestClient(app, raise_server_exceptions=False))
        if name:
            assert desk.enter(name, round=round, lang=lang).status_code == 200
        return desk

    return down
