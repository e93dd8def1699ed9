"""Why a record was quarantined: stable identifiers with the words for people, in one table.

Identifiers appear in quarantine.jsonl and may be added to, never renamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason's identifier and its words in Chinese and English."""

    code: str
    zh: str
    en: str


UNDECODABLE = "undecodable"
DAMAGED_UTF8 = "damaged_utf8"
NUL_BYTE = "nul_byte"
LINE_TOO_LONG = "line_too_long"
UNCLOSED_QUOTE = "unclosed_quote"
BAD_QUOTING = "bad_quoting"
TOO_FEW_CELLS = "too_few_cells"
TOO_MANY_CELLS = "too_many_cells"
BAD_JSON = "bad_json"
NOT_AN_OBJECT = "not_an_object"
DUPLICATE_KEY = "duplicate_key"
UNEXPECTED_KEY = "unexpected_key"
LONE_SURROGATE = "lone_surrogate"
FORMULA_WITHOUT_VALUE = "formula_without_value"

_TABLE = (
    Reason(UNDECODABLE, "编码无法识别", "the bytes are text in none of the encodings tried"),
    Reason(DAMAGED_UTF8, "UTF-8 文本有损坏的字节", "UTF-8 text with damaged bytes"),
    Reason(NUL_BYTE, "含有空字节 (NUL)", "a NUL byte inside the line"),
    Reason(LINE_TOO_LONG, "单行过长", "a line longer than any record should be"),
    Reason(UNCLOSED_QUOTE, "引号没有闭合", "a quote is opened and not closed"),
    Reason(BAD_QUOTING, "引号使用有误", "quotes inside a cell are not doubled"),
    Reason(TOO_FEW_CELLS, "单元格少于表头", "fewer cells than the header has"),
    Reason(TOO_MANY_CELLS, "单元格多于表头", "more cells than the header has"),
    Reason(BAD_JSON, "不是合法的 JSON", "not valid JSON"),
    Reason(NOT_AN_OBJECT, "不是 JSON 对象", "valid JSON, but not an object"),
    Reason(DUPLICATE_KEY, "同一对象中键重复", "a key appears twice in one object"),
    Reason(UNEXPECTED_KEY, "出现了开头没有的键", "a key that the first lines of the file do not have"),
    Reason(LONE_SURROGATE, "含有无效的代理字符", "half of a surrogate pair, which is no character"),
    Reason(FORMULA_WITHOUT_VALUE, "公式没有保存计算结果", "a formula whose result was not saved"),
)

REASONS: Mapping[str, Reason] = MappingProxyType({reason.code: reason for reason in _TABLE})
"""Every reason by its identifier."""
