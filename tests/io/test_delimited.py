"""Delimited text: cells stay as they are, and broken quotes swallow nothing."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from textmine.errors import InputError

from .reading import Outcome, broken_promises, read_all, read_or_refuse

HEADER = "工单号,投诉内容,受理时间\n"


def line(number: int) -> str:
    return f"KF{number:04d},宽带第{number}次掉线,2025-01-{number:02d}\n"


def lines(*numbers: int) -> str:
    return "".join(map(line, numbers))


def read(tmp_path: Path, text: str, name: str = "a.csv") -> Outcome:
    path = tmp_path / name
    path.write_bytes(text.encode())
    outcome = read_all(path)
    assert broken_promises(outcome, text.encode()) == []
    return outcome


def ids(outcome: Outcome) -> list[str]:
    return [values[0] for values in outcome.values]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters_are_recognised(tmp_path: Path, delimiter: str) -> None:
    outcome = read(tmp_path, (HEADER + lines(1, 2, 3)).replace(",", delimiter))
    assert outcome.columns == ("工单号", "投诉内容", "受理时间")
    assert len(outcome.rows) == 3


def test_cells_are_text_exactly_as_in_the_file(tmp_path: Path) -> None:
    outcome = read(tmp_path, "id,内容,x\n00123,NA,1.0\n440312345678901234567,null, nan \n")
    assert outcome.values == [("00123", "NA", "1.0"), ("440312345678901234567", "null", " nan ")]


def test_line_breaks_inside_quotes_belong_to_the_cell(tmp_path: Path) -> None:
    outcome = read(tmp_path, HEADER + line(1) + 'KF0002,"第一行\r\n\r\n第,三行""好""",2025-01-02\n' + line(3))
    assert outcome.values[1] == ("KF0002", '第一行\r\n\r\n第,三行"好"', "2025-01-02")
    assert [row.line for row in outcome.rows] == [2, 3, 6]


@pytest.mark.parametrize(
    "broken",
    [
        'KF0003,"没有闭合,2025-01-03\n',
        'KF0003,"引号"在里面,2025-01-03\n',
        '"KF0003,开头的引号,2025-01-03\n',
        'KF0003,"两行\n没有闭合,2025-01-03\n',
    ],
)
@pytest.mark.parametrize("later", ["", 'KF0008,"带,逗号",2025-01-08\n', 'KF0008,九寸",2025-01-08\n'])
def test_a_broken_quote_costs_its_own_record_only(tmp_path: Path, broken: str, later: str) -> None:
    outcome = read(tmp_path, HEADER + lines(1, 2) + broken + lines(4, 5, 6, 7) + later + lines(9))
    assert set(ids(outcome)) >= {"KF0001", "KF0002", "KF0004", "KF0005", "KF0006", "KF0007", "KF0009"}
    assert outcome.quarantined[0].line == 4
    assert set(outcome.reasons) <= {"unclosed_quote", "bad_quoting", "too_few_cells"}


def test_an_unclosed_quote_far_from_the_end_does_not_swallow_the_file(tmp_path: Path) -> None:
    many = "".join(f"KF{number:04d},掉线,2025-01-01\n" for number in range(2000))
    outcome = read(tmp_path, HEADER + lines(1, 2) + 'KF9999,"开口,2025-01-03\n' + many)
    assert len(outcome.rows) == 2002
    assert outcome.reasons == ["unclosed_quote"]


def test_rows_of_another_width_are_quarantined(tmp_path: Path) -> None:
    text = HEADER + lines(1, 2, 3) + "KF0004,半条\nKF0005,多,了,一格\nKF0006,尾部空格,2025-01-06,,\n"
    outcome = read(tmp_path, text)
    assert outcome.reasons == ["too_few_cells", "too_many_cells"]
    assert outcome.values[-1] == ("KF0006", "尾部空格", "2025-01-06")


def test_short_rows_are_padded_only_where_other_rows_are_empty(tmp_path: Path) -> None:
    head = "工单号,内容,时间,备注\n" + "".join(
        f"K{n},慢,2025-01-01,{'x' if n % 2 else ''}\n" for n in range(6)
    )
    outcome = read(tmp_path, head + "K6,慢,2025-01-01\nK7,慢\n")
    assert outcome.values[-1] == ("K6", "慢", "2025-01-01", "")
    assert outcome.reasons == ["too_few_cells"]


def test_blank_lines_are_counted(tmp_path: Path) -> None:
    outcome = read(tmp_path, "\n" + HEADER + line(1) + "\n  \r\n" + line(2))
    assert outcome.accounts is not None
    assert (outcome.accounts.blank_lines, outcome.accounts.rows) == (3, 2)


def test_headers_met_again_are_headers(tmp_path: Path) -> None:
    part = HEADER + lines(1, 2)
    outcome = read(tmp_path, part + "\ufeff" + part)
    assert ids(outcome) == ["KF0001", "KF0002"] * 2
    assert outcome.accounts is not None
    assert outcome.accounts.header_lines == 2


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    outcome = read(tmp_path, "三月投诉明细,,\n" + HEADER + lines(1, 2, 3))
    assert outcome.columns == ("工单号", "投诉内容", "受理时间")
    assert len(outcome.rows) == 3


def test_excels_separator_line_is_obeyed(tmp_path: Path) -> None:
    outcome = read(tmp_path, "sep=;\na;内容\n1;你,好\n")
    assert outcome.values == [("1", "你,好")]


def test_duplicate_and_empty_names_are_made_unique(tmp_path: Path) -> None:
    outcome = read(tmp_path, "内容,内容,,内容_2\n一,二,三,四\n")
    assert outcome.columns == ("内容", "内容_3", "col3", "内容_2")


def test_a_single_column_keeps_its_commas(tmp_path: Path) -> None:
    outcome = read(tmp_path, '内容\n你好,网络很慢\n等,了,半天\n"引号里,也行"\n')
    assert outcome.values == [("你好,网络很慢",), ("等,了,半天",), ("引号里,也行",)]


def test_a_table_without_header_gets_generated_names(tmp_path: Path) -> None:
    outcome = read(tmp_path, lines(1, 2, 3))
    assert outcome.columns == ("col1", "col2", "col3")
    assert len(outcome.rows) == 3


def test_a_long_question_is_a_header(tmp_path: Path) -> None:
    question = "3、请问您对我们的宽带安装和维修服务，还有哪些意见和建议？（开放题，请尽量写得具体一些）"
    outcome = read(tmp_path, f"{question}\n安装师傅很准时\n")
    assert outcome.columns == (question,)


def test_carriage_returns_alone_end_lines_of_old_files(tmp_path: Path) -> None:
    assert len(read(tmp_path, (HEADER + lines(1, 2)).replace("\n", "\r")).rows) == 2


def test_nul_bytes_are_quarantined(tmp_path: Path) -> None:
    outcome = read(tmp_path, HEADER + line(1) + line(2).replace("宽", "\0") + line(3))
    assert outcome.reasons == ["nul_byte"]
    assert ids(outcome) == ["KF0001", "KF0003"]


def test_an_endless_line_is_quarantined_in_bounded_memory(tmp_path: Path) -> None:
    outcome = read(tmp_path, HEADER + line(1) + "长" * 3_000_000 + "\n" + line(2))
    assert outcome.reasons == ["line_too_long"]
    assert len(outcome.quarantined[0].raw) <= 10_000
    assert ids(outcome) == ["KF0001", "KF0002"]


@pytest.mark.parametrize("text", ["\n\n", "\0\0\n"])
def test_a_file_without_text_cannot_be_read(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"a\.csv"):
        read(tmp_path, text)


def test_a_cell_is_not_the_measure_of_the_records_around_it(tmp_path: Path) -> None:
    text = 'id,内容,备注\nKF1,,\nKF2,,"\n1,,"\n'
    assert read(tmp_path, text).values == [("KF1", "", ""), ("KF2", "", "\n1,,")]


def test_a_cell_that_holds_a_pasted_record_is_cut_there_and_said_so(tmp_path: Path) -> None:
    """The price of never swallowing records: such a cell is indistinguishable from a broken quote."""
    pasted = f'KF0004,"原文\n{line(9)}完",2025-01-04\n'
    outcome = read(tmp_path, HEADER + lines(1, 2, 3) + pasted + line(5))
    assert outcome.quarantined[0].reason == "unclosed_quote"
    assert ids(outcome) == ["KF0001", "KF0002", "KF0003", "KF0009", "KF0005"]


cell = st.text(alphabet=st.sampled_from("网慢 ,;\"\n\t。='|"), max_size=12)
"""No line of such a cell can have the shape of an id: that case has a test of its own."""


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(cell, cell), min_size=3, max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_what_the_csv_module_writes_comes_back(
    tmp_path: Path, cells: list[tuple[str, str]], end: str
) -> None:
    records = [(f"KF{number:05d}", *pair) for number, pair in enumerate(cells)]
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator=end).writerows([("工单号", "内容", "备注"), *records])
    assert read(tmp_path, stream.getvalue()).values == records


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(alphabet='网a,"\n\r\0;\t ', max_size=10), min_size=1, max_size=12))
def test_accounts_balance_for_any_text(tmp_path: Path, pieces: list[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(("编号,内容\n1,好\n" + "\n".join(pieces)).encode())
    assert broken_promises(read_or_refuse(path), path.read_bytes()) == []
