"""Columns are found by option, then name, then content, and a wrong option is explained."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from textmine.errors import UsageError
from textmine.io.columns import Columns, detect_columns
from textmine.io.rows import Row

TEXTS = ("宽带报修三天没有人上门处理", "套餐到期没提醒就扣了钱", "营业厅排队一个小时")


def rows(*columns: Sequence[str]) -> list[Row]:
    return [Row(n, n + 1, values) for n, values in enumerate(zip(*columns, strict=True), start=1)]


def detect(names: Sequence[str], *columns: Sequence[str], **options: object) -> Columns:
    return detect_columns(names, rows(*columns), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (("工单号", "投诉内容", "处理内容"), "投诉内容"),
        (("序号", "用户反馈", "处理结果描述"), "用户反馈"),
        (("id", "Verbatim", "Agent reply"), "Verbatim"),
        (("编号", "客户 来电内容", "回复内容"), "客户 来电内容"),
        (("编号", "2、您的意见和建议", "坐席备注"), "2、您的意见和建议"),
    ],
)
def test_the_text_column_is_known_by_its_name(names: Sequence[str], text: str) -> None:
    found = detect(names, ("1", "2", "3"), TEXTS, [f"已经联系客户解释清楚并且处理完毕{n}" for n in "123"])
    assert (found.text_names, found.why["text"]) == ((text,), "name")


def test_a_name_whose_cells_are_codes_gives_way_to_the_words() -> None:
    found = detect(("原因", "说了什么"), ("资费", "网络", "资费"), TEXTS)
    assert (found.text_names, found.why["text"]) == (("说了什么",), "content")


def test_unnamed_columns_are_told_by_content() -> None:
    dates = ("2025-03-01", "2025/3/2 10:00", "2025年3月3日")
    found = detect(("col1", "col2", "col3"), ("GD1", "GD2", "GD3"), dates, TEXTS)
    assert (found.id, found.date, found.text) == (0, 1, (2,))
    assert dict(found.why) == {"id": "content", "date": "content", "text": "content"}


def test_ids_and_dates_are_known_by_name() -> None:
    found = detect(("流水号", "受理时间", "内容"), ("1", "1", "2"), ("20250301", "20250302101500", ""), TEXTS)
    assert (found.id_name, found.date_name) == ("流水号", "受理时间")
    assert found.why["date"] == "name"


def test_a_time_column_without_dates_is_no_date() -> None:
    assert detect(("时间", "内容"), ("三十秒", "一分钟", "很久"), TEXTS).date is None


def test_options_win_and_several_texts_keep_their_order() -> None:
    found = detect(("a", "b", "内容"), TEXTS, TEXTS, TEXTS, text=("b", "a"), id="内容", date="a")
    assert (found.text, found.id, found.date) == ((1, 0), 2, 0)
    assert set(found.why.values()) == {"option"}
    assert detect(("a", "b"), TEXTS, TEXTS, text="b,a").text == (1, 0)


def test_a_name_with_a_comma_is_one_name() -> None:
    assert detect(("a,b", "a", "b"), TEXTS, TEXTS, TEXTS, text="a,b").text == (0,)


def test_a_wrong_name_gets_a_suggestion_and_the_list() -> None:
    with pytest.raises(UsageError, match=r"--text 投诉类容: .*did you mean '投诉内容'.*工单号, 投诉内容"):
        detect(("工单号", "投诉内容"), ("1", "2", "3"), TEXTS, text="投诉类容")
    with pytest.raises(UsageError, match="--by 省: no such column"):
        detect(("地市", "内容"), "abc", TEXTS, by=("省",))


def test_groups_are_used_only_when_asked_for_and_by_meaning() -> None:
    names = ("地市", "受理渠道", "内容")
    assert detect(names, "abc", "abc", TEXTS).by == ()
    found = detect(names, "abc", "abc", TEXTS, by=("channel", "地市"))
    assert (found.by, found.by_names) == ((1, 0), ("受理渠道", "地市"))


def test_a_table_without_words_asks_for_the_option() -> None:
    with pytest.raises(UsageError, match=r"--text.*a, b"):
        detect(("a", "b"), ("1", "2", "3"), ("4", "5", "6"))


def test_a_table_without_rows_goes_by_names() -> None:
    assert detect_columns(("编号", "投诉内容"), []).text == (1,)
