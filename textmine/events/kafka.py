"""Hands an event to a Kafka topic by way of confluent-kafka (extra `kafka`), keyed by its id."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from ..errors import InputError, MissingExtraError, UsageError
from .deliver import DeliveryError

SCHEME = "kafka://"


class KafkaTopic:
    """Produces to one topic of `kafka://host:port[,host:port]/topic`; taken means acknowledged by all.

    `config` is a file of librdkafka's settings, `name=value` a line (security.protocol, sasl.password …);
    `timeout` is in seconds. Raises UsageError, InputError, MissingExtraError.
    """

    def __init__(self, url: str, *, config: str | None = None, timeout: float = 10.0) -> None:
        servers, _, self._topic = url.removeprefix(SCHEME).partition("/")
        if not servers or not self._topic or "/" in self._topic:
            raise UsageError("--to must be kafka://host:port/topic")
        try:
            from confluent_kafka import KafkaException, Producer
        except ModuleNotFoundError as error:
            raise MissingExtraError("events send --to kafka://", "kafka") from error
        settings = {"bootstrap.servers": servers, "enable.idempotence": True, **_settings(config)}
        settings["message.timeout.ms"] = int(timeout * 1000)
        self._timeout = timeout
        try:
            self._producer = Producer(settings, logger=logging.getLogger("textmine.events"))
        except KafkaException as error:
            raise UsageError(
                f"--kafka-config: {config}: not settings of librdkafka; check names and values"
            ) from error

    def __call__(self, id: str, body: bytes) -> None:
        """Produce one event and wait for the acknowledgement. Raises DeliveryError."""
        faults: list[Any] = ["no answer in time"]

        def report(fault: Any, _: Any) -> None:
            faults[0] = fault

        self._producer.produce(self._topic, body, key=id, headers={"webhook-id": id}, on_delivery=report)
        self._producer.flush(self._timeout + 1)
        if faults[0] is not None:
            raise DeliveryError(str(faults[0])[:200], unreachable=True)


def _settings(file: str | None) -> dict[str, str]:
    if file is None:
        return {}
    try:
        lines = Path(file).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{file}: cannot be read as a file of Kafka settings; give name=value a line"
        ) from error
    settings = {}
    for number, line in enumerate(lines, start=1):
        name, equals, value = line.strip().partition("=")
        if not name or name.startswith("#"):
            continue
        if not equals:
            # The line is not repeated: it may be a password.
            raise UsageError(f"{file}:{number}: write name=value")
        settings[name.strip()] = value.strip()
    return settings
