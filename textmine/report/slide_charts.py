"""Native charts for slides. PowerPoint's Pareto (columns with a line on a second axis) is put together here,
since python-pptx makes charts of one kind only. Draws what it is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Place = tuple[int, int, int, int]

_AXES = """
<c:root xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart">
<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/><c:marker val="1"/>
<c:axId val="50010"/><c:axId val="50020"/></c:lineChart>
<c:catAx><c:axId val="50010"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="1"/>
<c:axPos val="b"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>
<c:crossAx val="50020"/><c:crosses val="autoZero"/></c:catAx>
<c:valAx><c:axId val="50020"/>
<c:scaling><c:orientation val="minMax"/><c:max val="1"/><c:min val="0"/></c:scaling>
<c:delete val="0"/><c:axPos val="r"/><c:numFmt formatCode="0%" sourceLinked="0"/><c:majorTickMark val="out"/>
<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>
<c:crossAx val="50010"/><c:crosses val="max"/></c:valAx>
</c:root>
"""


def pareto_chart(
    slide: Any,
    place: Place,
    categories: Sequence[str],
    counts: Sequence[float],
    cumulative: Sequence[float],
    *,
    names: tuple[str, str],
) -> Any:
    """Columns of counts with the cumulative line and the 80 % line on the second axis; returns the chart."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
    from pptx.util import Pt

    data = CategoryChartData()
    data.categories = list(categories)
    data.add_series(names[0], list(counts), "#,##0")
    data.add_series(names[1], list(cumulative), "0%")
    data.add_series("80%", [0.8] * len(categories), "0%")
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *place, data).chart
    chart.font.size = Pt(11)
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    columns, *lines = chart.plots[0].series
    _fill(columns, "3B6FB6")
    chart.plots[0].gap_width = 45
    chart.value_axis.minimum_scale = 0
    chart.value_axis.major_gridlines.format.line.color.rgb = _rgb("E7EAF0")
    _label(columns)
    for series, dashed in zip(lines, (False, True), strict=True):
        _to_second_axis(chart, series._element)
        _stroke(series._element, dashed=dashed)
    return chart


def line_chart(
    slide: Any, place: Place, categories: Sequence[str], series: Sequence[tuple[str, Sequence[float]]]
) -> Any:
    """Shares over periods as a native line chart; returns the chart."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
    from pptx.util import Pt

    data = CategoryChartData()
    data.categories = list(categories)
    for name, values in series:
        data.add_series(name, list(values), "0.0%")
    chart = slide.shapes.add_chart(XL_CHART_TYPE.LINE_MARKERS, *place, data).chart
    chart.font.size = Pt(11)
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.value_axis.minimum_scale = 0
    chart.value_axis.tick_labels.number_format = "0%"
    chart.value_axis.tick_labels.number_format_is_linked = False
    chart.value_axis.major_gridlines.format.line.color.rgb = _rgb("E7EAF0")
    return chart


def _to_second_axis(chart: Any, series: Any) -> None:
    """Move a series out of the columns into a line on a percentage axis, which is made the first time."""
    from lxml import etree
    from pptx.oxml.ns import qn

    area = chart._chartSpace.find(".//" + qn("c:plotArea"))
    line = area.find(qn("c:lineChart"))
    if line is None:
        made, category, value = etree.fromstring(_AXES.strip())
        columns = area.find(qn("c:barChart"))
        columns.addnext(made)
        last = area.findall(qn("c:valAx"))[-1]
        last.addnext(value)
        last.addnext(category)
        line = made
    series.getparent().remove(series)
    # A bar's own element has no place in a line.
    for tag in ("c:invertIfNegative",):
        for old in series.findall(qn(tag)):
            series.remove(old)
    line.find(qn("c:marker")).addprevious(series)


def _stroke(series: Any, *, dashed: bool) -> None:
    from lxml import etree
    from pptx.oxml.ns import qn

    dash = '<a:prstDash val="dash"/>' if dashed else ""
    shape = etree.fromstring(
        '<c:spPr xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        f'<a:ln w="{12700 if dashed else 25400}"><a:solidFill><a:srgbClr val="C2410C"/></a:solidFill>'
        f"{dash}</a:ln>"
        "</c:spPr>"
    )
    marker = etree.fromstring(
        '<c:marker xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        f'<c:symbol val="{"none" if dashed else "circle"}"/></c:marker>'
    )
    for old in series.findall(qn("c:spPr")):
        series.remove(old)
    series.find(qn("c:tx")).addnext(shape)
    shape.addnext(marker)


def _fill(series: Any, colour: str) -> None:
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = _rgb(colour)


def _label(series: Any) -> None:
    from pptx.util import Pt

    labels = series.data_labels
    labels.show_value, labels.number_format, labels.number_format_is_linked = True, "#,##0", False
    labels.font.size = Pt(10)


def _rgb(code: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(code)
