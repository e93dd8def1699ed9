"""Tables of influence coefficients: codes and names understood, every fault named with its row."""

from __future__ import annotations

from pathlib import Path

import pytest

from textmine.errors import UsageError
from textmine.frame.frame import Frame
from textmine.io.weights_file import read_weights

COLUMNS = ("工单号", "渠道", "投诉内容")
FAULTS = [
    ("部门,系数\n一部,1\n", "'部门' is no column that can be weighed by; .*渠道"),
    ("渠道\n热线\n", "has 1 column; two are needed"),
    ("渠道,系数\n热线,高\n", "row 1: '高' is not a number"),
    ("渠道,系数\n热线,1\nAPP,-0.1\n", "row 2: a weight of -0.1 makes no sense; give zero or more"),
    ("渠道,系数\n热线,nan\n", "row 1: a weight of nan makes no sense"),
    ("渠道,系数\n热线,1\n热线,2\n", "row 2: 热线 is weighed twice"),
    ("触点,系数\n缴费厅,1\n", "row 1: the code frame has no '缴费厅'"),
    ("代码,系数\n投诉处理,1\n", "row 1: 投诉处理 may be any of complaint, complaint_handling"),
    ("渠道,系数\n", "holds no weights"),
]


@pytest.fixture(scope="module")
def frame() -> Frame:
    return Frame.load()


def test_touchpoints_and_causes_go_by_name_or_code(frame: Frame, tmp_path: Path) -> None:
    path = tmp_path / "w.csv"
    path.write_text("触点,系数\n缴费,0.15\nhotline,0.36\n投诉处理,0.51\n*,0.1\n", "utf-8")
    weights = read_weights(str(path), frame=frame, columns=COLUMNS)
    path.write_text("cause,weight\nWaiting time,2\nfee_transparency.billing_error,3\n", "utf-8")
    causes = read_weights(str(path), frame=frame)

    assert (weights.values, weights.column) == (
        {"payment": 0.15, "hotline": 0.36, "complaint": 0.51, "*": 0.1},
        "",
    )
    assert causes.values == {"waiting_time": 2, "fee_transparency.billing_error": 3}


def test_any_column_of_the_input_may_be_weighed(frame: Frame, tmp_path: Path) -> None:
    path = tmp_path / "w.csv"
    path.write_text("渠道,系数\n10086热线,0.36\n,0\n", "utf-8")

    weights = read_weights(str(path), frame=frame, columns=COLUMNS)

    assert (weights.values, weights.column) == ({"10086热线": 0.36, "": 0.0}, "渠道")


@pytest.mark.parametrize(("text", "message"), FAULTS, ids=[message[:20] for _, message in FAULTS])
def test_a_fault_is_named(frame: Frame, tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "w.csv"
    path.write_text(text, "utf-8")

    with pytest.raises(UsageError, match=r"w\.csv: " + message):
        read_weights(str(path), frame=frame, columns=COLUMNS)
