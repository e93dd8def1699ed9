"""`drivers`: survey scores against causes and touchpoints, as a call and as a command."""

from __future__ import annotations

import csv
import json
import random
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from textmine.driving import DriverOptions, drive
from textmine.errors import UsageError

HEADER = ("问卷编号", "地市", "总体满意度", "期望比较", "理想比较", "柜台评分", "网络评分", "意见建议")


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hundred answers; the overall score follows the counter's score, not the network's."""
    rng = random.Random(0)
    path = tmp_path_factory.mktemp("survey") / "survey.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for i in range(200):
            counter, network = rng.randint(2, 10), rng.randint(1, 10)
            overall = max(1, min(10, counter + rng.randint(-1, 1)))
            cells = (f"Q{i}", "东西"[i % 2] + "市", overall, overall, overall, counter, network)
            writer.writerow([*cells, "柜台排队排了一个小时" if counter < 5 else "挺好的"])
    return path


@pytest.fixture(scope="module")
def options(small_model: Path, banking: Path) -> DriverOptions:
    return DriverOptions(score="总体满意度", model=str(small_model), frame=str(banking), by=("地市",))


def test_columns_are_found_by_name_and_content(survey: Path, options: DriverOptions, tmp_path: Path) -> None:
    columns = drive(str(survey), tmp_path, options=options).columns

    assert (columns.expectation, columns.ideal) == ("期望比较", "理想比较")
    assert columns.touchpoints == ("柜台评分", "网络评分")
    assert columns.text == ("意见建议",)


def test_standard_satisfaction_is_the_formula(options: DriverOptions, tmp_path: Path) -> None:
    # By hand: (0.4·10 + 0.3·8 + 0.3·6 − 1) ÷ 9 × 100 = 80; (0.4·1 + 0.3·1 + 0.3·1 − 1) ÷ 9 × 100 = 0.
    (tmp_path / "s.csv").write_text(
        "编号,地市,总体满意度,期望比较,理想比较,意见\n1,东市,10,8,6,还可以吧都挺好\n2,西市,1,1,1,柜台排队太久了\n",
        "utf-8",
    )
    driven = drive(str(tmp_path / "s.csv"), tmp_path / "out", options=options)

    assert driven.whole.standard.value == pytest.approx(40)
    assert driven.groups["地市", "东市"].standard.value == pytest.approx(80)
    assert driven.groups["地市", "西市"].standard.value == pytest.approx(0)
    assert driven.whole.top3.value == 0.5
    assert driven.whole.basis == "three scores"
    assert driven.causes is None


def test_the_touchpoint_that_moves_the_score_is_the_important_one(
    survey: Path, options: DriverOptions, tmp_path: Path
) -> None:
    found = drive(str(survey), tmp_path, options=options).touchpoints
    assert found is not None

    assert found.drivers[0].code == "柜台评分"
    assert found.drivers[0].importance.low > 0.8
    # One point more of the counter's score is one point of the overall: 100 ÷ 9 of standard satisfaction.
    assert found.drivers[0].effect.value == pytest.approx(100 / 9, rel=0.1)


def test_the_files_say_the_same_as_the_call(survey: Path, options: DriverOptions, tmp_path: Path) -> None:
    driven = drive(str(survey), tmp_path, options=options)
    data = json.loads((tmp_path / "drivers.json").read_text("utf-8"))
    rows = list(csv.DictReader((tmp_path / "drivers.csv").read_text("utf-8-sig").splitlines()))

    assert data["schema"] == "textmine.drivers/1"
    assert data["satisfaction"]["standard"]["value"] == pytest.approx(driven.whole.standard.value)
    assert [row["code"] for row in rows if row["kind"] == "touchpoint"] == ["柜台评分", "网络评分"]
    assert {row["quadrant_zh"] for row in rows} <= {"重点改善", "其次改善", "保持", "锦上添花"}
    ET.parse(tmp_path / "quadrant_touchpoints.svg")  # noqa: S314 - our own drawing


def test_a_score_off_the_scale_is_refused(options: DriverOptions, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("编号,地市,总体满意度,意见\n1,东市,95,柜台排队太久了\n", "utf-8")

    with pytest.raises(UsageError, match="not between 1 and 10"):
        drive(str(tmp_path / "s.csv"), tmp_path / "out", options=options)


def test_a_score_that_is_no_number_is_refused(options: DriverOptions, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("编号,地市,总体满意度,意见\n1,东市,满意,柜台排队太久了\n", "utf-8")

    with pytest.raises(UsageError, match="row 1: '满意' is no number"):
        drive(str(tmp_path / "s.csv"), tmp_path / "out", options=options)


def test_the_command_prints_and_writes(survey: Path, small: Any, command: Any, tmp_path: Path) -> None:
    done = command("drivers", survey, "--score", "总体满意度", "--by", "地市", "-o", tmp_path, *small)

    assert done.code == 0
    assert "柜台评分" in done.out
    assert "地市 = 东市" in done.out
    assert {path.name for path in tmp_path.iterdir()} >= {"drivers.csv", "drivers.json"}


def test_the_report_command_writes_three_files(folder: Path, command: Any, tmp_path: Path) -> None:
    names = [tmp_path / f"r.{kind}" for kind in ("html", "xlsx", "pptx")]
    done = command("report", folder, "--html", names[0], "--xlsx", names[1], "--pptx", names[2])

    assert done.code == 0
    assert all(name.is_file() for name in names)
    assert "Waiting time" in done.out


def test_the_report_command_refuses_what_is_no_folder_of_results(command: Any, tmp_path: Path) -> None:
    done = command("report", tmp_path)

    assert done.code == 3
    assert "run `textmine classify` first" in done.err
