"""Events over Kafka: to a broker that the client library itself plays, over a socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from textmine.errors import InputError, UsageError
from textmine.events.deliver import DeliveryError, deliver
from textmine.events.kafka import KafkaTopic
from textmine.events.outbox import Outbox

kafka = pytest.importorskip("confluent_kafka")


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    """Address of a broker on loopback that ends with the producer that plays it."""
    host = kafka.Producer({"test.mock.num.brokers": 1, "log_level": 0})
    (found,) = host.list_topics(timeout=10).brokers.values()
    yield f"{found.host}:{found.port}"
    del host


def test_events_arrive_with_their_ids_as_keys(broker: str, outbox: Outbox, events: Any) -> None:
    outbox.add(events(3))

    assert deliver(outbox, KafkaTopic(f"kafka://{broker}/textmine")).sent == 3

    settings = {"bootstrap.servers": broker, "group.id": "g", "auto.offset.reset": "earliest"}
    reader = kafka.Consumer(settings)
    reader.subscribe(["textmine"])
    got: list[Any] = []
    for _ in range(60):
        got += reader.consume(3 - len(got), timeout=0.5) if len(got) < 3 else []
    reader.close()
    kept = {entry.id: entry.body for entry in outbox.entries("sent")}
    assert {message.key().decode(): message.value().decode() for message in got} == kept
    assert all(message.headers() == [("webhook-id", message.key())] for message in got)


def test_a_broker_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(DeliveryError) as fault:
        KafkaTopic("kafka://127.0.0.1:9/textmine", timeout=0.5)("evt_1", b"{}")
    assert fault.value.unreachable


def test_settings_come_from_a_file_and_are_not_repeated(broker: str, tmp_path: Path) -> None:
    file = tmp_path / "kafka.properties"
    file.write_text("# our cluster\nclient.id = textmine\n\nacks=all\n", "utf-8")
    KafkaTopic(f"kafka://{broker}/textmine", config=str(file))("evt_1", b"{}")

    for said in ("geheim", "no.such.setting=geheim"):
        file.write_text(said, "utf-8")
        with pytest.raises(UsageError) as fault:
            KafkaTopic(f"kafka://{broker}/textmine", config=str(file))
        assert "geheim" not in str(fault.value)
    with pytest.raises(InputError, match="cannot be read as a file of Kafka settings"):
        KafkaTopic(f"kafka://{broker}/textmine", config=str(tmp_path / "none"))
