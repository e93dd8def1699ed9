"""What the tests of databases share: a folder of results, and databases that are really there."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textmine.cli.main import run

PASSWORD = "geheim-7391"


@pytest.fixture(scope="session")
def tracked(samples: Path, small: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample complaints, classified and tracked."""
    folder = tmp_path_factory.mktemp("push") / "complaints"
    source = str(samples / "complaints.csv")
    assert run(["classify", source, "-o", str(folder), "--by", "地市", "-q", *small]) == 0
    assert run(["issues", str(folder), "-q", *small]) == 0
    return folder


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    installed = shutil.which("initdb")
    return Path(installed).parent if installed else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a PostgreSQL server on loopback that ends with the tests; skipped where none is installed."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    # The server refuses to run as root, so there it runs as the account that its package made.
    account: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
    base = Path(tempfile.mkdtemp(prefix="textmine-pg-"))
    data, secret = base / "data", base / "password"
    secret.write_text(PASSWORD, "ascii")
    if account:
        for path in (base, secret):
            shutil.chown(path, **account)

    def call(name: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(binaries / name), *arguments], cwd=base, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            check=False, **account,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    try:
        call(
            "initdb", "-D", str(data), "-U", "textmine", "-A", "scram-sha-256",
            f"--pwfile={secret}", "-E", "UTF8", "--no-locale", "--no-sync",
        )  # fmt: skip
        call("pg_ctl", "-D", str(data), "-l", str(base / "log"), "-w", "-o", options, "start")
        try:
            yield f"postgresql://textmine:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            call("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database of each kind that is tested for real."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'tags.db'}"
    server = request.getfixturevalue("postgres")
    name = f"t{secrets.token_hex(6)}"
    from sqlalchemy import create_engine

    from textmine.io.database import parse_url

    engine = create_engine(parse_url(server), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server.rpartition("/")[0] + f"/{name}"
