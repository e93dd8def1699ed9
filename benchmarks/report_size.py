"""Time, size and memory of a report of many classified rows: at most 10 s and 3 MB for 100,000 rows.

    python benchmarks/report_size.py --rows 100000 --html report.html

The rows are invented and tagged by construction, so that only the report is measured. Exits with 1 when a
limit is passed.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from textmine.frame.frame import Frame
from textmine.io.folder import ClassifiedFolder
from textmine.io.manifest import InputFile, Manifest, Part, RowCounts, write_manifest
from textmine.io.rows import Accounts, Row
from textmine.io.tagged import TaggedChunk, TaggedCsv, TagsJsonl
from textmine.records import Reading, Tag
from textmine.reporting import ReportOptions, report
from textmine.text.mask import mask

COLUMNS = ("工单号", "受理时间", "地市", "渠道", "客户标识", "投诉内容", "满意度评分")
CITIES = (
    "东川市",
    "西岭市",
    "南湖市",
    "北原市",
    "中和市",
    "海安市",
    "云溪市",
    "青石市",
    "白沙市",
    "金水市",
    "松江区",
    "柳城市",
)
CHANNELS = ("热线", "营业厅", "掌厅", "微信", "短信")
OPENINGS = ("您好，我想反映一下，", "客户来电表示", "昨天下午", "用户反映", "我在县城住，", "家里老人说")
CLOSINGS = ("，请尽快处理", "，要求给个说法", "，一直没有人回复", "，电话 13900001234", "，太让人失望", "")
MOST_SECONDS, MOST_BYTES, CHUNK = 10.0, 3_000_000, 2000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--html", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "rows.textmine"
        make_folder(folder, options.rows)
        page = options.html or Path(place) / "report.html"
        started, busy = time.perf_counter(), time.process_time()
        report(folder, html=page, options=ReportOptions(by=("地市", "渠道", "week")))
        seconds, size = time.perf_counter() - started, page.stat().st_size
        busy = time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    taken = {"seconds": round(seconds, 2), "cpu_seconds": round(busy, 2)}
    print(json.dumps({"rows": options.rows, **taken, "bytes": size, "peak_mb": peak}))
    return 0 if seconds <= MOST_SECONDS and size <= MOST_BYTES else 1


def make_folder(folder: Path, rows: int) -> ClassifiedFolder:
    """A classified folder of invented rows with known tags; the same for the same number of rows."""
    folder.mkdir(parents=True)
    frame = Frame.load()
    rng = random.Random(0)
    weights = [1 / (1 + i) for i in range(len(frame.codes))]
    tagged = 0
    with (
        TaggedCsv(folder / "tagged.csv", COLUMNS, names={}) as table,
        TagsJsonl(folder / "tags.jsonl", model_version="0", taxonomy_version=frame.version) as tags,
    ):
        for start in range(0, rows, CHUNK):
            made = [row(i, frame, rng, weights) for i in range(start + 1, min(start + CHUNK, rows) + 1)]
            tagged += sum(reading.status == "tagged" for _, reading in made)
            texts = [one.values[5] for one, _ in made]
            ids = [one.values[0] for one, _ in made]
            chunk = TaggedChunk.of([o for o, _ in made], ids, texts, [r for _, r in made], mask=mask)
            table.write(chunk)
            tags.write(chunk)
    accounts = Accounts(rows + 1, 1, 0, rows, 0, rows, 0)
    write_manifest(
        folder / "manifest.json",
        Manifest(
            textmine_version="0",
            inputs=(InputFile("rows.csv", "0" * 64, "UTF-8", COLUMNS, accounts),),
            rows=RowCounts(rows, tagged, rows - tagged, 0, 0),
            taxonomy=Part(frame.version, frame.sha256),
            lexicons=Part("0", "0"),
            model=Part("0", "0"),
            columns={"text": ("投诉内容",), "id": "工单号", "date": "受理时间", "by": ("地市",)},
            options={},
            seed=0,
        ),
    )
    return ClassifiedFolder.open(folder)


def row(number: int, frame: Frame, rng: random.Random, weights: list[float]) -> tuple[Row, Reading]:
    """One invented row with one to three causes, or none."""
    text = rng.choice(OPENINGS)
    found = []
    for code in dict.fromkeys(rng.choices(frame.codes, weights, k=rng.choice((0, 1, 1, 1, 2, 3)))):
        words = f"{frame.zh(code)}这件事第 {number} 次让我不满意"
        found.append(Tag(code, round(rng.uniform(0.5, 1), 3), len(text), len(text) + len(words)))
        text += words + "，"
    text = text.rstrip("，") + rng.choice(CLOSINGS) + "。" + "前后的经过说来话长，" * rng.randint(0, 12)
    day = date(2026, 6, 1) + timedelta(days=rng.randrange(91))
    score = str(rng.randint(1, 10)) if rng.random() < 0.6 else ""
    cells = (f"W{number:09d}", f"{day} 10:00:00", rng.choice(CITIES), rng.choice(CHANNELS))
    values = (*cells, f"C{rng.randrange(40_000):05d}", text, score)
    risk = (rng.choice(frame.axes["risk"]),) if rng.random() < 0.04 else ()
    reading = Reading(
        tags=tuple(found),
        primary=found[0].code if found else None,
        stance="complaint" if found else "none",
        touchpoints=(rng.choice(frame.axes["touchpoint"]),),
        risk=risk,
        status="tagged" if found or rng.random() < 0.7 else "abstained",
        score=max((tag.score for tag in found), default=0.0),
    )
    return Row(number, number + 1, values), reading


if __name__ == "__main__":
    sys.exit(main())
