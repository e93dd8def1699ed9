"""The page that explains the API, made of its own description: no script, nothing loaded from elsewhere."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from jinja2 import Environment


def docs_page(description: dict[str, Any]) -> str:
    """The page for an OpenAPI description."""
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = files("textmine.service").joinpath("templates", "docs.html").read_text("utf-8")
    operations = [
        {
            "method": method.upper(),
            "path": path,
            "says": operation.get("description", ""),
            "bodies": [
                {"kind": kind, "example": _example(body)}
                for kind, body in operation.get("requestBody", {}).get("content", {}).items()
            ],
            "refusals": [(status, r["description"]) for status, r in operation["responses"].items()],
        }
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]
    return environment.from_string(template).render(info=description["info"], operations=operations)


def _example(body: dict[str, Any]) -> str:
    example = body.get("example", "")
    return example if isinstance(example, str) else json.dumps(example, ensure_ascii=False)
