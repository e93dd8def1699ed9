"""The report of a classified folder: what it says, that it stands alone, and that the numbers agree."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from textmine.counts.error_rates import ErrorRates
from textmine.errors import InputError, UsageError
from textmine.report.html import render_html
from textmine.report.sentences import sentences
from textmine.report.summary import Summary
from textmine.reporting import ReportOptions, report, summary_of


@pytest.fixture(scope="module")
def summary(folder: Path) -> Summary:
    return summary_of(folder, ReportOptions(by=("地市", "week")))


@pytest.fixture(scope="module")
def page(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "r.html"
    report(folder, html=path, options=ReportOptions(by=("地市", "week")))
    return path


def told(summary: Summary) -> str:
    return "\n".join(sentences(summary, "zh"))


def test_counts_are_those_of_the_rows(summary: Summary, many: Any) -> None:
    expected = sum(any(code.startswith("waiting_time") for code, _ in said.found) for said in many)
    counted = {row.code: row.n for row in summary.causes}

    assert counted["waiting_time"] == expected
    assert summary.rows == 400
    assert summary.complaints == sum(bool(said.found) for said in many)


def test_trend_and_groups_add_up_to_the_whole(summary: Summary) -> None:
    assert summary.trend is not None
    counted = {row.code: row.n for row in summary.causes}

    assert sum(summary.trend.rows) == 400
    for line in summary.trend.lines:
        assert sum(line.counts) == counted[line.code]
    (heat,) = summary.heats
    for code in heat.codes:
        assert sum(cell.n for (_, c), cell in heat.cells.items() if c == code) == counted[code]


def test_the_pivot_rows_add_up_to_the_codes(summary: Summary) -> None:
    counted = {row.code: row.n for row in summary.subcauses}
    summed: dict[str, int] = {}
    for (*_, code), n in summary.cube:
        summed[code] = summed.get(code, 0) + n

    assert summed == counted


def test_the_summary_names_first_cause_rise_city_and_gain(summary: Summary) -> None:
    text = told(summary)

    assert "2026-06-01 至 2026-07-26，共收到 400 条" in text
    assert "首要原因是“等候时间”" in text
    assert "2026-W30 与 2026-W29 相比，上升的有网络覆盖" in text
    assert "按地市看，明显高于平均的有：西岭市的等候时间" in text
    assert "若“等候时间”不再出现，满意度评分平均可望上升" in text
    assert "监管升级 8" in text


def test_the_summary_says_the_same_in_english(summary: Summary) -> None:
    text = "\n".join(sentences(summary, "en"))

    assert "The first cause is “Waiting time”" in text
    assert not re.search("[\u4e00-\u9fff]", re.sub("..市|地市|满意度评分", "", text))


def test_no_difference_is_claimed_where_there_is_none(write: Any, said: Any) -> None:
    rows = [
        said(
            "排队太久",
            (("waiting_time.hall_queue", "排队"),),
            f"2026-06-{1 + i % 28:02d}",
            f"{'东西'[i % 2]}市",
        )
        for i in range(200)
    ]
    text = told(summary_of(write(rows), ReportOptions(by=("地市", "week"))))

    assert "没有哪类原因的变化超出偶然波动" in text
    assert "各地市之间没有超出偶然波动的差别" in text


def test_corrected_counts_and_the_order_are_told_when_error_rates_are_there(
    folder: Path, tmp_path: Path
) -> None:
    true = [
        ("waiting_time.hall_queue",),
        ("network_coverage.no_signal",),
        ("fee_transparency.unexplained_charge",),
    ]
    rows = [(code, code) for code in true for _ in range(60)] + [
        (code, ()) for code in true for _ in range(20)
    ]
    rates = ErrorRates.from_rows([*rows, *[((), ())] * 100])
    (tmp_path / "error_rates.json").write_text(json.dumps(rates.to_dict()), "utf-8")
    summary = summary_of(folder, ReportOptions(model=str(tmp_path)))
    top = summary.causes[0]

    assert summary.held_out == 340
    assert top.n_low is not None
    assert top.n_corrected is not None
    # A quarter of the true rows is missed: the truth lies above the count.
    assert top.n < top.n_corrected
    assert "按模型误差校正约" in told(summary)
    assert "确实多于" in told(summary)
    html = render_html(summary)
    assert "75.0%" in html
    assert "以 340 条未参与训练的标注原话测得" in html


def test_without_error_rates_the_page_says_so(page: Path) -> None:
    text = page.read_text("utf-8")

    assert "条数未作校正：找不到读这些原话的模型。" in text
    assert "名次的把握未知" in text


def test_damaged_error_rates_are_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "error_rates.json").write_text("{", "utf-8")

    with pytest.raises(InputError, match=r"error_rates\.json: cannot be read"):
        summary_of(folder, ReportOptions(model=str(tmp_path)))


def test_the_page_allows_only_its_own_style_and_script(page: Path) -> None:
    text = page.read_text("utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    stated = policy[1].replace("&#39;", "'")

    assert "default-src 'none'" in stated
    for tag in ("style", "script"):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in stated
    assert not re.search(r"\sstyle=|\son\w+=|src=|url\(|@import", text)


def test_the_same_folder_gives_the_same_page(folder: Path, page: Path, tmp_path: Path) -> None:
    report(folder, html=tmp_path / "again.html", options=ReportOptions(by=("地市", "week")))

    assert (tmp_path / "again.html").read_bytes() == page.read_bytes()


def test_verbatims_are_masked_and_their_evidence_marked(write: Any, said: Any) -> None:
    text = "我的号码13912345678，在营业厅排了两小时队，没人管"
    summary = summary_of(write([said(text, (("waiting_time.hall_queue", "排了两小时队"),))]), ReportOptions())
    html = render_html(summary)

    assert "13912345678" not in html
    assert "<mark>排了两小时队</mark>" in html
    assert summary.verbatims["waiting_time.hall_queue"][0].evidence == "排了两小时队"


def test_a_long_verbatim_is_cut_around_its_evidence(write: Any, said: Any) -> None:
    text = "前情很长" * 200 + "就是排队久" + "后话也长" * 200
    summary = summary_of(write([said(text, (("waiting_time.hall_queue", "排队久"),))]), ReportOptions())
    (verbatim,) = summary.verbatims["waiting_time.hall_queue"]

    assert verbatim.evidence == "排队久"
    assert len(verbatim.text) <= 222


def test_drill_down_is_bounded_and_without_repeats(write: Any, said: Any) -> None:
    rows = [said(f"排队久{i % 300}", (("waiting_time.hall_queue", "排队久"),)) for i in range(900)]
    shown = summary_of(write(rows), ReportOptions()).verbatims["waiting_time.hall_queue"]

    assert 1 < len(shown) <= 60
    assert len({v.text for v in shown}) == len(shown)


def test_the_sample_does_not_depend_on_the_order_of_rows(write: Any, said: Any) -> None:
    rows = [said(f"排队久{i}", (("waiting_time.hall_queue", "排队久"),), id=f"W{i}") for i in range(300)]
    one, other = (
        {v.text for v in summary_of(write(order), ReportOptions()).verbatims["waiting_time.hall_queue"]}
        for order in (rows, rows[::-1])
    )

    assert one == other


def test_repeats_and_escalations_are_found(summary: Summary) -> None:
    assert summary.risk.customers
    assert summary.risk.chains > 0
    assert summary.risk.entries[0].entry.flags == ("regulator",)


def test_every_risk_flag_leads_to_its_rows_with_evidence_marked(summary: Summary, many: Any) -> None:
    (flag,) = summary.risk.flags
    page = render_html(summary)

    assert (flag.code, flag.n) == ("regulator", sum("regulator" in said.risk for said in many))
    assert {row.row for row in flag.rows} == {i for i, said in enumerate(many, start=1) if said.risk}
    assert [row.day for row in flag.rows] == sorted((row.day for row in flag.rows), reverse=True)
    assert any(part.marked for row in flag.rows for part in row.parts)
    assert '<details id="risk-regulator">' in page


def test_repeat_complaints_are_listed_with_customer_cause_and_rows(
    write: Any, said: Any, tmp_path: Path
) -> None:
    queue = (("waiting_time.hall_queue", "排队"),)
    days = ("2026-08-01", "2026-08-20", "2026-09-10", "2026-12-01")
    rows = [said(f"又排队了，第 {i} 回", queue, day, customer="C1") for i, day in enumerate(days)]
    folder = write([*rows, said("排队", queue, "2026-08-02", customer="C2")])

    report(folder, html=tmp_path / "r.html", xlsx=tmp_path / "r.xlsx")
    risk = summary_of(folder, ReportOptions()).risk

    (repeat,) = risk.repeats
    assert (repeat.customer, repeat.chain.cause, repeat.chain.times) == ("C1", "waiting_time", 3)
    assert [row.text for row in repeat.rows] == [f"又排队了，第 {i} 回" for i in range(3)]
    assert risk.repeat_shares == {"waiting_time": 2 / 5}
    # The third time is a case for the escalation list without any risk flag; its words are shown.
    assert [(e.entry.row, e.entry.flags, e.shown.text) for e in risk.entries] == [
        (3, (), "又排队了，第 2 回")
    ]
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "重复投诉（30 天内同一客户、同一原因）" in page
    assert "C1 · 等候时间" in page
    assert "重复投诉" in zipfile.ZipFile(tmp_path / "r.xlsx").read("xl/workbook.xml").decode()
    assert summary_of(folder, ReportOptions(within_days=10)).risk.chains == 0


def test_flagged_rows_without_a_date_are_on_the_escalation_list(write: Any, said: Any) -> None:
    queue = (("waiting_time.hall_queue", "排队"),)
    folder = write([said("排队太久，要告到媒体", queue, "", risk=("media",)), said("好", day="2026-08-01")])
    summary = summary_of(folder, ReportOptions())

    (entry,) = summary.risk.entries
    assert (entry.entry.flags, entry.entry.day, entry.shown.day) == (("media",), None, "")
    assert "要告到媒体" in render_html(summary)


def test_a_roll_up_shows_the_hall_that_is_worse_than_its_branch(
    write: Any, said: Any, tmp_path: Path
) -> None:
    queue = (("waiting_time.hall_queue", "排队"),)
    columns = ("工单号", "受理时间", "地市", "营业厅", "投诉内容", "满意度评分")
    rows = []
    for city, hall, bad in (
        ("东市", "一厅", 90),
        ("东市", "二厅", 40),
        ("西市", "一厅", 50),
        ("西市", "二厅", 50),
    ):
        for i in range(100):
            text, found = ("排队", queue) if i < bad else ("好", ())
            rows.append(said(text, found, city=city, customer=hall, score=str(3 + i % 3 + 4 * (i >= bad))))
    folder = write(rows, columns=columns)
    options = ReportOptions(by=("地市",), roll_up=("地市", "营业厅"))
    summary = summary_of(folder, options)

    assert summary.tree is not None
    nodes = {node.path: node for node in summary.tree.nodes}
    assert sum(node.cell.rows for path, node in nodes.items() if len(path) == 2) == nodes[()].cell.rows == 400
    worse = nodes["东市", "一厅"].complaints
    assert worse is not None
    assert (worse.rate, worse.reference, worse.verdict) == (0.9, 0.65, "higher")
    score = nodes["东市", "一厅"].score
    assert score is not None
    assert score.verdict == "lower"
    assert not nodes["西市", "一厅"].stands_out
    assert "不满比例高于上级平均的有 1 个：东市 / 一厅 (+38%)" in told(summary)
    assert "评分低于上级平均的有 1 个：东市 / 一厅" in told(summary)
    page = render_html(summary)
    assert "逐级汇总：地市 → 营业厅" in page
    assert '<span class="bad">+38% ●</span>' in page
    report(folder, xlsx=tmp_path / "r.xlsx", pptx=tmp_path / "r.pptx", options=options)
    assert "逐级汇总" in zipfile.ZipFile(tmp_path / "r.xlsx").read("xl/workbook.xml").decode()
    slides = "".join(
        zipfile.ZipFile(tmp_path / "r.pptx").read(f"ppt/slides/slide{i}.xml").decode() for i in range(1, 6)
    )
    assert "东市 / 一厅 90.0% (上级 65.0%)" in slides


def test_a_folder_without_dates_groups_or_complaints_still_makes_a_report(
    write: Any, said: Any, tmp_path: Path
) -> None:
    folder = write([said("", day="", city=""), said("谢谢", day="", city="")])
    done = report(folder, html=tmp_path / "r.html", xlsx=tmp_path / "r.xlsx", pptx=tmp_path / "r.pptx")

    assert done.summary.trend is None
    assert "没有读出不满原因" in (tmp_path / "r.html").read_text("utf-8")
    assert (tmp_path / "r.pptx").stat().st_size > 10_000


def test_a_checklist_is_set_against_customers(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        "指标,权重,代码\n大厅整洁,70,hall_environment\n排队叫号,30,waiting_time\n", "utf-8"
    )
    summary = summary_of(folder, ReportOptions(checklist=str(tmp_path / "list.csv")))
    assert summary.alignment is not None
    weighing = {row.code: row.weighing for row in summary.alignment.rows}

    assert weighing["hall_environment"] == "over-weighed"
    assert weighing["network_coverage"] == "not on the checklist"
    assert "偏重" in render_html(summary)


def test_weights_rank_the_causes(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("代码,系数\nfee_transparency,9\n*,0.1\n", "utf-8")
    summary = summary_of(folder, ReportOptions(weights=str(tmp_path / "w.csv")))

    assert summary.causes[0].code == "fee_transparency"
    assert "系数" in render_html(summary)


def test_weights_by_a_column_rank_the_causes_and_the_summary_says_so(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("地市,系数\n西岭市,0.9\n*,0.1\n", "utf-8")
    summary = summary_of(folder, ReportOptions(weights=str(tmp_path / "w.csv")))
    by_city = summary_of(folder, ReportOptions(by=("地市",))).heats[0].cells

    top = summary.causes[0]
    expected = sum(
        d.n * (0.9 if city == "西岭市" else 0.1) for (city, code), d in by_city.items() if code == top.code
    )
    assert top.weighted == pytest.approx(expected)
    assert "按影响系数加权后，首要原因是“等候时间”" in told(summary)


def test_a_weight_that_is_no_number_is_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("代码,系数\nfee_transparency,多\n", "utf-8")

    with pytest.raises(UsageError, match=r"row 1: '多' is not a number"):
        summary_of(folder, ReportOptions(weights=str(tmp_path / "w.csv")))


def test_an_unknown_score_column_is_named_with_the_columns_there_are(folder: Path) -> None:
    with pytest.raises(UsageError, match="--score 打分: no such column; the columns are: 工单号"):
        summary_of(folder, ReportOptions(score="打分"))


def test_issues_of_the_folder_are_listed(write: Any, said: Any, tmp_path: Path) -> None:
    folder = write([said("排队久", (("waiting_time.hall_queue", "排队久"),))])
    issue = {"issue_id": "i1", "label": "断网公告", "status": "growing", "first_seen": "2026-W30", "size": 12}
    (folder / "issues.jsonl").write_text(json.dumps(issue) + "\n", "utf-8")

    assert "断网公告" in render_html(summary_of(folder, ReportOptions()))


def test_the_workbook_has_native_pareto_and_trend_charts(folder: Path, tmp_path: Path) -> None:
    report(folder, xlsx=tmp_path / "r.xlsx", options=ReportOptions(by=("地市", "week")))
    with zipfile.ZipFile(tmp_path / "r.xlsx") as book:
        charts = [book.read(name).decode() for name in book.namelist() if "charts/chart" in name]

    assert any("<c:barChart>" in chart and chart.count("<c:ser>") == 3 for chart in charts)
    assert any("<c:lineChart>" in chart and "<c:barChart>" not in chart for chart in charts)


def test_the_workbook_keeps_counts_as_numbers_and_ids_as_text(
    folder: Path, summary: Summary, tmp_path: Path
) -> None:
    import openpyxl

    report(folder, xlsx=tmp_path / "r.xlsx", options=ReportOptions(by=("地市", "week")))
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    rows = list(book["排列图"].iter_rows(values_only=True))
    pivot = list(book["透视表数据"].iter_rows(values_only=True))

    assert rows[1][:2] == ("等候时间", summary.causes[0].n)
    assert pivot[0] == ("时期", "地市 ·", "原因", "子原因", "代码", "条数")
    assert sum(row[-1] for row in pivot[1:]) == sum(row.n for row in summary.subcauses)


def test_the_slides_are_five_with_native_charts(folder: Path, tmp_path: Path) -> None:
    from pptx import Presentation

    report(folder, pptx=tmp_path / "r.pptx", options=ReportOptions(by=("地市", "week")))
    slides = Presentation(str(tmp_path / "r.pptx")).slides
    charts = [shape.chart for slide in slides for shape in slide.shapes if shape.has_chart]

    assert len(slides) == 5
    assert len(charts) == 2
    assert [plot.__class__.__name__ for plot in charts[0].plots] == ["BarPlot", "LinePlot"]
    assert charts[0].plots[0].categories[0] == "等候时间"


def test_workbook_and_slides_are_the_same_twice(folder: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        report(folder, xlsx=tmp_path / f"{name}.xlsx", options=ReportOptions())

    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_english_pages_have_english_headings(summary: Summary) -> None:
    html = render_html(summary, lang="en")

    assert '<html lang="en">' in html
    assert "Method and limits" in html
    assert "方法与局限" not in html


def test_a_group_value_is_not_drawn_over_the_cells(summary: Summary) -> None:
    from textmine.report.charts import charts

    (heat,) = (chart for chart in charts(summary, "zh") if chart.key == "heat0")
    boxes = heat.drawing.boxes

    assert [(a.text, b.text) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.overlaps(b)] == []


def test_the_page_works_by_mouse_and_keyboard_without_a_request(
    page: Path, browser: ModuleType, tmp_path: Path
) -> None:
    if browser.chromium() is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    opened = "[...document.querySelectorAll('#verbatims details[open]')].map(d => d.id)"
    with browser.Browser(tmp_path / "profile") as window:
        window.open(page)
        window.click("#pareto svg a")
        time.sleep(0.3)
        assert "v-waiting_time" in window.value(opened)

        window.open(page)
        window.value("document.querySelector('#verbatims summary').focus()")
        window.key("Enter")
        assert window.value(opened) == ["v-waiting_time"]

        window.open(page, width=390, height=844)
        assert window.value("document.documentElement.scrollWidth") == 390
        window.open(page, dark=True)
        assert window.value("getComputedStyle(document.body).backgroundColor") != "rgb(243, 245, 248)"
        assert window.problems() == []


def test_a_weighted_pareto_draws_the_weighted_counts(summary: Summary) -> None:
    from textmine.report.charts import charts

    weighted = replace(
        summary, weighted=True, causes=tuple(replace(r, weighted=r.n * 2.0) for r in summary.causes)
    )
    chart = next(iter(charts(weighted, "zh")))

    assert f"{summary.causes[0].n * 2:,}" in [box.text for box in chart.drawing.boxes]
