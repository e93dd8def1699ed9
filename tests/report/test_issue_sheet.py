"""The workbook has a sheet of the folder's issues, with their counts by period, when there are any."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from textmine.reporting import ReportOptions, report

ISSUE = {
    "issue_id": "2026-W30-01",
    "label": "=断网公告",
    "status": "growing",
    "first_seen": "2026-W30",
    "size": 12,
    "by_period": {"2026-W30": 4, "2026-W31": 8},
    "parents": [{"issue_id": "2026-W20-02", "how": "split", "period": "2026-W30", "why": "…"}],
    "first_alert": "2026-W31",
    "causes": {"宽带故障": 9},
    "exemplars": ["小区断网没人通知"],
}


@pytest.mark.filterwarnings("ignore:Sparkline Group extension")
def test_the_sheet_lists_issues_with_counts_and_lineage(write: Any, said: Any, tmp_path: Path) -> None:
    folder = write([said("排队久", (("waiting_time.hall_queue", "排队久"),))])
    (folder / "issues.jsonl").write_text(json.dumps(ISSUE, ensure_ascii=False) + "\n", "utf-8")
    report(folder, xlsx=tmp_path / "r.xlsx", options=ReportOptions())
    rows = list(openpyxl.load_workbook(tmp_path / "r.xlsx")["新问题"].iter_rows(values_only=True))
    found = dict(zip(rows[0], rows[1], strict=True))

    assert (found["编号"], found["问题"], found["状态"], found["条数"]) == (
        "2026-W30-01",
        "=断网公告",
        "上升",
        12,
    )
    assert (found["2026-W30"], found["2026-W31"], found["首次预警"]) == (4, 8, "2026-W31")
    assert (found["原因"], found["沿革"], found["原话"]) == (
        "宽带故障",
        "split 2026-W20-02",
        "小区断网没人通知",
    )


def test_a_folder_without_issues_has_no_sheet_of_them(write: Any, said: Any, tmp_path: Path) -> None:
    folder = write([said("排队久", (("waiting_time.hall_queue", "排队久"),))])
    report(folder, xlsx=tmp_path / "r.xlsx", options=ReportOptions())

    assert "新问题" not in openpyxl.load_workbook(tmp_path / "r.xlsx").sheetnames
