"""JSON Lines: values keep the digits of the file, bad lines are set aside with their reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from textmine.errors import InputError

from .reading import read_all


def file(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "a.jsonl"
    path.write_bytes(text.encode(encoding))
    return path


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    path = file(tmp_path, '{"id":123456789012345678901,"score":1.10,"text":"慢","ok":true,"none":null}\n')
    assert read_all(path).values == [("123456789012345678901", "1.10", "慢", "true", "")]


def test_nested_values_become_json_again(tmp_path: Path) -> None:
    path = file(tmp_path, '{"text":"慢","tags":["网",1.50,{"a":null}]}\n')
    assert read_all(path).values == [("慢", '["网", 1.50, {"a": null}]')]


def test_columns_are_the_union_of_the_first_lines(tmp_path: Path) -> None:
    outcome = read_all(file(tmp_path, '{"a":"1"}\n{"b":"2","a":"3"}\n', "gb18030"))
    assert outcome.columns == ("a", "b")
    assert outcome.values == [("1", ""), ("3", "2")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text":"半', "bad_json"),
        ('{"text":NaN}', "bad_json"),
        ("[" * 100_000, "bad_json"),
        ('["text"]', "not_an_object"),
        ('{"text":"a","text":"b"}', "duplicate_key"),
        ('{"text":"\\ud83d"}', "lone_surrogate"),
        ('{"text":"a\0"}', "nul_byte"),
    ],
)
def test_bad_lines_are_quarantined(tmp_path: Path, line: str, reason: str) -> None:
    outcome = read_all(file(tmp_path, f'{{"text":"好"}}\n{line}\n\n{{"text":"再来"}}\n'))
    assert outcome.reasons == [reason]
    assert outcome.values == [("好",), ("再来",)]
    assert outcome.accounts is not None
    assert outcome.accounts.balanced
    assert outcome.accounts.blank_lines == 1


def test_a_key_that_appears_late_is_not_dropped_silently(tmp_path: Path) -> None:
    outcome = read_all(file(tmp_path, '{"text":"好"}\n' * 1000 + '{"text":"好","new":"1"}\n'))
    assert outcome.reasons == ["unexpected_key"]


@pytest.mark.parametrize("text", ['[\n{"text":"好"}\n]\n', "hello\n", '{\n  "text": "好"\n}\n'])
def test_json_that_is_not_json_lines_is_refused_with_advice(tmp_path: Path, text: str) -> None:
    if text.startswith("[\n"):
        assert read_all(file(tmp_path, text)).reasons == ["bad_json", "bad_json"]
    else:
        with pytest.raises(InputError, match="one object a line"):
            read_all(file(tmp_path, text))


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
def test_any_text_comes_back(tmp_path: Path, texts: list[str]) -> None:
    lines = "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
    assert read_all(file(tmp_path, lines)).values == [(text,) for text in texts]
