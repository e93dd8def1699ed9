"""What the OpenAPI description says about bodies and refusals. Data only."""

from __future__ import annotations

from typing import Any

DESCRIPTION = (
    "Why customers are unhappy: causes, evidence, stance and risk of Chinese verbatims. Answers are the "
    "records that textmine writes to files, described by the JSON Schemas it ships."
)

_STRING = {"type": "string"}
_ITEM = {
    "type": "object",
    "required": ["text"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "maxLength": 400},
        "text": _STRING,
        "date": {"type": "string", "maxLength": 64},
        "groups": {"type": "object", "additionalProperties": {**_STRING, "maxLength": 400}},
    },
}
_EXAMPLE = "营业厅排队两个小时，就开一个窗口"
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "request_id"],
            "properties": {"code": _STRING, "message": _STRING, "request_id": _STRING},
        }
    },
}
_REASONS = {
    400: "Not UTF-8, not JSON, nested too deeply, or half of a surrogate pair",
    401: "No valid API key",
    408: "The body did not arrive in time",
    413: "The body is too large",
    415: "Another content type, or compressed",
    421: "Addressed by another name than localhost",
    422: "JSON of another shape: the message says which field",
    429: "Too many requests; Retry-After says how many seconds to wait",
    503: "Reading took too long",
}
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"description": reason, "content": {"application/json": {"schema": _ERROR}}}
    for status, reason in _REASONS.items()
}


STREAMED: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/x-ndjson": {"schema": {"description": "A record, or a fault, a line."}}}}
}


def body_of(path: str) -> dict[str, Any]:
    """The request body of a route."""
    more: dict[str, Any] = {}
    of_items: dict[str, Any] = {}
    if path == "/v1/counts":
        names = {"type": "array", "maxItems": 5, "uniqueItems": True, "items": {**_STRING, "minLength": 1}}
        of_items = {"by": names}
    elif path == "/v1/issues":
        more = {"period": {"enum": ["day", "week", "month"], "default": "week"}}
    batch = {"type": "array", "minItems": 1}
    shapes = [
        _shape({"text": _STRING, "id": _STRING, **more}, "text"),
        _shape({"texts": {**batch, "items": _STRING}, **more}, "texts"),
        _shape({"items": {**batch, "items": _ITEM}, **more, **of_items}, "items"),
    ]
    json_body = {"schema": {"oneOf": shapes}, "example": {"text": _EXAMPLE}}
    content: dict[str, Any] = {"application/json": json_body}
    if path == "/v1/classify":
        content["application/x-ndjson"] = {
            "schema": {"description": "One JSON object with text, and id if wanted, a line."},
            "example": f'{{"id": "1", "text": "{_EXAMPLE}"}}\n',
        }
    return {"required": True, "content": content}


def _shape(properties: dict[str, Any], required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [required],
        "additionalProperties": False,
        "properties": properties,
    }
