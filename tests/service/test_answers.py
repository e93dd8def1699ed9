"""What the service answers is what the commands write."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient
from textmine.cli.main import run

from textmine.schemas import schema

LONG_QUEUE = "取个号前面还有四十多位，等到中午都没轮上"


@pytest.fixture(scope="module")
def complaints(samples: Path) -> list[dict[str, str]]:
    with (samples / "complaints.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def written(samples: Path, small: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("service")
    command = ["classify", str(samples / "complaints.csv"), "-o", str(folder), "--by", "地市", "-q", *small]
    assert run(command) == 0
    return folder


def records(folder: Path) -> list[Any]:
    return [json.loads(line) for line in (folder / "tags.jsonl").read_text("utf-8").splitlines()]


def test_one_verbatim_gets_one_record(client: TestClient) -> None:
    answer = client.post("/v1/classify", json={"text": LONG_QUEUE, "id": "7"})

    record = answer.json()
    assert answer.status_code == 200
    assert record["id"] == "7"
    assert record["primary"].startswith("branch_wait")
    cause = record["causes"][0]
    assert LONG_QUEUE[cause["start"] : cause["end"]] == cause["evidence"]


def test_a_batch_gets_the_records_of_the_file(
    client: TestClient, complaints: list[dict[str, str]], written: Path
) -> None:
    items = [{"id": line["工单号"], "text": line["投诉内容"]} for line in complaints]

    answer = client.post("/v1/classify", json={"items": items})

    assert answer.json()["items"] == records(written)


def test_ndjson_gets_the_records_of_the_file_line_by_line(
    client: TestClient, complaints: list[dict[str, str]], written: Path
) -> None:
    body = "".join(json.dumps({"id": c["工单号"], "text": c["投诉内容"]}) + "\n" for c in complaints)

    answer = client.post("/v1/classify", content=body, headers={"Content-Type": "application/x-ndjson"})

    assert [json.loads(line) for line in answer.text.splitlines()] == records(written)


def test_a_bad_line_of_ndjson_is_its_own_fault(client: TestClient) -> None:
    body = '{"text": "好"}\nnot json\n{"text": 5}\n\n{"text": "坏"}\n'

    answer = client.post("/v1/classify", content=body, headers={"Content-Type": "application/x-ndjson"})

    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["row"] for line in lines] == [1, 2, 3, 4]
    assert [line.get("error", {}).get("code") for line in lines] == [None, "bad_json", "wrong_type", None]


def test_every_record_keeps_to_the_shipped_schema(
    client: TestClient, complaints: list[dict[str, str]]
) -> None:
    texts = [line["投诉内容"] for line in complaints[:100]]
    validator = Draft202012Validator(schema("tags"))

    for record in client.post("/v1/classify", json={"texts": texts}).json()["items"]:
        validator.validate(record)


def test_counts_are_those_of_the_file(
    client: TestClient, complaints: list[dict[str, str]], written: Path
) -> None:
    items = [{"text": c["投诉内容"], "groups": {"地市": c["地市"]}} for c in complaints]

    answer = client.post("/v1/counts", json={"items": items, "by": ["地市"]}).json()

    assert answer["counts"] == json.loads((written / "counts.json").read_text("utf-8"))
    Draft202012Validator(schema("counts")).validate(answer["counts"])
    with (written / "pareto.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [(r["code"], r["n"]) for r in answer["pareto"]] == [
            (line["code"], int(line["n"])) for line in csv.DictReader(file)
        ]


def test_issues_are_those_of_the_command(
    client: TestClient,
    complaints: list[dict[str, str]],
    samples: Path,
    small: tuple[str, ...],
    tmp_path: Path,
) -> None:
    items = [{"id": c["工单号"], "date": c["受理时间"], "text": c["投诉内容"]} for c in complaints]

    answer = client.post("/v1/issues", json={"items": items, "period": "week"}).json()

    assert run(["issues", str(samples / "complaints.csv"), "-o", str(tmp_path), "-q", *small]) == 0
    lines = (tmp_path / "issues.jsonl").read_text("utf-8").splitlines()
    assert [i["issue_id"] for i in answer["issues"]] == [json.loads(line)["issue_id"] for line in lines]
    assert [i["size"] for i in answer["issues"]] == [json.loads(line)["size"] for line in lines]
    for issue in answer["issues"]:
        Draft202012Validator(schema("issues")).validate(issue)


def test_the_frame_names_every_code(client: TestClient, small_reader: Any) -> None:
    answer = client.get("/v1/frame").json()

    codes = {c["code"] for cause in answer["causes"] for c in (cause, *cause["subcauses"])}
    assert codes == {*small_reader.frame.codes, *small_reader.frame.causes}


def test_evidence_is_masked(client: TestClient) -> None:
    text = "取号排队等了两个小时都没轮上13800138000"

    answer = client.post("/v1/classify", json={"text": text})

    assert answer.json()["causes"]
    assert "13800138000" not in answer.text


def test_health_says_what_is_loaded(client: TestClient, small_reader: Any) -> None:
    for path in ("/healthz", "/readyz"):
        assert client.get(path).json()["model_version"] == small_reader.model.version


def test_metrics_count_requests_and_verbatims(make: Any) -> None:
    client = make()
    client.post("/v1/classify", json={"texts": [LONG_QUEUE, ""]})
    client.get("/v1/customer/13800138000")

    text = client.get("/metrics").text

    assert 'textmine_requests_total{method="POST",route="/v1/classify",status="200"} 1' in text
    assert 'textmine_verbatims_total{status="empty"} 1' in text
    assert 'textmine_request_seconds_bucket{route="/v1/classify",le="+Inf"} 1' in text
    assert 'route="unmatched",status="404"' in text
    assert "13800138000" not in text
    assert all(re.fullmatch(r"#.*|[a-z_]+(\{[^}]*\})? [0-9.]+", line) for line in text.splitlines())


def test_the_docs_load_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs")

    assert page.status_code == 200
    assert "/v1/classify" in page.text
    assert "<script" not in page.text
    assert re.findall(r"(?:src|href)=\"(?!openapi\.json)", page.text) == []
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_openapi_describes_every_route(client: TestClient) -> None:
    described = client.get("/openapi.json").json()

    assert {"/v1/classify", "/v1/counts", "/v1/issues", "/v1/frame", "/metrics"} <= set(described["paths"])
    for path in ("/v1/classify", "/v1/counts", "/v1/issues"):
        operation = described["paths"][path]["post"]
        assert "application/json" in operation["requestBody"]["content"]
        assert {"400", "401", "413", "422", "429"} <= set(operation["responses"])
