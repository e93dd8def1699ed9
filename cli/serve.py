"""`textmine serve`: the REST service and the review pages."""

from __future__ import annotations

from typing import Annotated

import typer

from . import options as shared
from .language import LANG, say
from .terminal import note


def serve_command(
    host: Annotated[
        str, typer.Option("--host", metavar="HOST", help=say("监听地址。", "Address."))
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help=say("端口。", "Port."))] = 8765,
    workers: Annotated[int, typer.Option("--workers", min=1, help=say("进程数。", "Processes."))] = 1,
    keys_file: Annotated[
        str | None,
        typer.Option(
            "--keys-file", metavar="FILE", help=say("API 密钥，每行一个。", "API keys, one a line.")
        ),
    ] = None,
    max_body: Annotated[
        int, typer.Option("--max-body", min=1, metavar="MB", help=say("请求体上限。", "Largest body, in MB."))
    ] = 8,
    max_batch: Annotated[
        int, typer.Option("--max-batch", min=1, help=say("每批条数上限。", "Verbatims a request."))
    ] = 1000,
    rate: Annotated[
        int, typer.Option("--rate", min=0, help=say("每分钟请求数，0 不限。", "Requests a minute; 0: any."))
    ] = 600,
    timeout: Annotated[
        float,
        typer.Option("--timeout", min=1, help=say("每个请求的秒数上限。", "Seconds a request may take.")),
    ] = 30,
    mask: Annotated[
        bool, typer.Option("--mask/--no-mask", help=say("证据脱敏。", "Mask personal data in evidence."))
    ] = True,
    review: Annotated[
        str | None,
        typer.Option(
            "--review",
            metavar="DIR",
            help=say(
                "在 /review 复核 classify 写出的目录。", "Review pages at /review for a folder of classify."
            ),
        ),
    ] = None,
    state: Annotated[
        str | None,
        typer.Option(
            "--state",
            metavar="DIR",
            help=say("复核页上的问题台账。", "Ledger of issues for the review pages."),
        ),
    ] = None,
    model: shared.ModelName = None,
    frame: shared.FrameFile = None,
    lang: shared.Lang = None,
) -> None:
    """Serve classify, counts, issues and the code frame over HTTP; with --review, pages to review at."""
    import os

    from ..errors import UsageError
    from ..service.run import serve
    from ..service.settings import Settings, read_keys

    if state and not review:
        raise UsageError("--state shows the ledger on the review pages: give --review DIR with it")
    settings = Settings(
        host=host,
        model=model,
        frame=frame,
        max_body=max_body << 20,
        max_batch=max_batch,
        rate=rate,
        timeout=timeout,
        masked=mask,
        keys_file=keys_file,
        review=review,
        state=state,
        lang=LANG,
        keys=read_keys(keys_file, os.environ),
    ).checked()
    page = "review" if review else "docs"
    note(say(f"服务地址 http://{host}:{port}/{page}", f"Serving on http://{host}:{port}/{page}"))
    serve(settings, port=port, workers=workers)
