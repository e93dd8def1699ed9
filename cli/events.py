"""`textmine events`: list what lies in the outbox, send it, take dead letters up again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import options as shared
from .language import say
from .terminal import note, show_json, show_table

if TYPE_CHECKING:
    from ..events.deliver import Post
    from ..events.event import Event

commands = typer.Typer(
    help=say("事件发件箱：列出、发送、重发。", "The outbox of events: list, send, retry."),
    no_args_is_help=True,
)
_Outbox = Annotated[
    str,
    typer.Option(
        "--outbox", metavar="DIR", envvar="TEXTMINE_OUTBOX", help=say("发件箱目录。", "Folder of the outbox.")
    ),
]


def check_outbox(folder: str | None) -> None:
    """Make the outbox that a command's `--outbox` names, before the command does its work."""
    announce(folder, tuple)


def announce(folder: str | None, events: Callable[[], Iterable[Event]]) -> None:
    """Put events into the outbox that `--outbox` names, if it names one."""
    if folder is None:
        return
    from ..events.outbox import Outbox

    with Outbox.open(Path(folder), create=True) as box:
        box.add(events())


@commands.command("list")
def list_command(
    outbox: _Outbox,
    state: Annotated[
        str | None,
        typer.Option(
            "--state", metavar="pending|sent|dead", help=say("只看此状态。", "Only events of this state.")
        ),
    ] = None,
    lang: shared.Lang = None,
    json: shared.Json = False,
) -> None:
    """List the events of an outbox: what waits, what was sent, what was given up and why."""
    from ..errors import UsageError
    from ..events.outbox import STATES, Outbox

    chosen = next((known for known in STATES if known == state), None)
    if state is not None and chosen is None:
        raise UsageError(f"--state {state!r}: there are {', '.join(STATES)}")
    with Outbox.open(Path(outbox)) as box:
        entries = box.entries(chosen)
    if json:
        show_json({"events": [_as_dict(entry) for entry in entries]})
        return
    names = {
        "pending": say("待发", "pending"),
        "sent": say("已发", "sent"),
        "dead": say("死信", "dead"),
    }
    show_table(
        say("事件", "Events"),
        (
            say("编号", "Id"),
            say("类型", "Type"),
            say("时间", "When"),
            say("状态", "State"),
            say("次数", "Tries"),
            say("最近失败", "Last fault"),
        ),
        [(e.id, e.type, e.timestamp, names[e.state], e.attempts, e.reason) for e in entries],
        numbers=(4,),
    )


def _as_dict(entry: Any) -> dict[str, Any]:
    from json import loads

    return {
        "id": entry.id,
        "state": entry.state,
        "attempts": entry.attempts,
        "reason": entry.reason,
        "event": loads(entry.body),
    }


@commands.command("send")
def send_command(
    outbox: _Outbox,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="URL",
            envvar="TEXTMINE_EVENTS_TO",
            help=say(
                "接收地址 https://… 或 kafka://主机:端口/主题。", "https://… or kafka://host:port/topic."
            ),
        ),
    ],
    secret_file: Annotated[
        str | None,
        typer.Option(
            "--secret-file", metavar="FILE", help=say("签名密钥，每行一个。", "Signing secrets, one a line.")
        ),
    ] = None,
    attempts: Annotated[
        int, typer.Option("--attempts", min=1, help=say("最多尝试次数。", "Tries before giving up."))
    ] = 14,
    patience: Annotated[
        float,
        typer.Option(
            "--patience", min=0, metavar="S", help=say("本次最多重试的秒数。", "Seconds to go on retrying.")
        ),
    ] = 60,
    timeout: Annotated[
        float,
        typer.Option("--timeout", min=0.1, metavar="S", help=say("每次请求的秒数。", "Seconds a request.")),
    ] = 10,
    allow_http: Annotated[
        bool, typer.Option("--allow-http", help=say("允许明文 http。", "Allow http without encryption."))
    ] = False,
    kafka_config: Annotated[
        str | None,
        typer.Option(
            "--kafka-config", metavar="FILE", help=say("librdkafka 设置。", "Settings of librdkafka.")
        ),
    ] = None,
    lang: shared.Lang = None,
    json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> int:
    """Send what waits in the outbox; what fails waits for the next call, at last it is given up."""
    from dataclasses import asdict

    from ..events.deliver import Backoff, deliver
    from ..events.outbox import Outbox

    post = _post(to, secret_file, timeout, allow_http, kafka_config)
    with Outbox.open(Path(outbox)) as box:
        done = deliver(box, post, backoff=Backoff(attempts=attempts), patience=patience)
    if json:
        show_json(asdict(done))
    elif not quiet:
        note(
            say(
                f"已发 {done.sent} 个；失败 {done.failed} 次，放弃 {done.dead} 个，待发 {done.pending} 个。",
                f"{done.sent} events sent; {done.failed} failed tries, {done.dead} given up, "
                f"{done.pending} waiting.",
            )
        )
    return 1 if done.pending or done.dead else 0


def _post(
    to: str, secret_file: str | None, timeout: float, allow_http: bool, kafka_config: str | None
) -> Post:
    from ..errors import UsageError
    from ..events.kafka import SCHEME, KafkaTopic
    from ..events.signature import read_secrets
    from ..events.webhook import Webhook

    if to.startswith(SCHEME):
        return KafkaTopic(to, config=kafka_config, timeout=timeout)
    if secret_file is None:
        raise UsageError("--secret-file FILE is missing: events to a web address are signed")
    return Webhook(to, read_secrets(secret_file), timeout=timeout, allow_http=allow_http)


@commands.command("retry")
def retry_command(
    outbox: _Outbox,
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]…", help=say("死信编号；缺省为全部。", "Dead letters; all by default.")),
    ] = None,
    lang: shared.Lang = None,
    json: shared.Json = False,
    quiet: shared.Quiet = False,
) -> None:
    """Take dead letters up again: the next `send` tries them as if they were new."""
    from ..events.outbox import Outbox

    with Outbox.open(Path(outbox)) as box:
        taken = box.retry(tuple(ids or ()))
    if json:
        show_json({"retried": taken})
    elif not quiet:
        note(say(f"{taken} 个死信转为待发。", f"{taken} dead letters wait to be sent."))
