"""Self-evaluation tables as offices hand them in, made for the tests: Chaoyang's of 2024, as docx and as xlsx.

Its figures and names are those that the report publishes; the sentences of its goals are our own.
"""

import io
from collections.abc import Mapping, Sequence

import openpyxl
from docx import Document

Area = tuple[int, int, int, int]
"""Row and column of the upper left corner, rows and columns that it reaches over."""
Layout = Mapping[Area, str]

_HEAD: Layout = {
    (0, 0, 1, 11): "项目支出绩效自评表",
    (1, 0, 1, 11): "（2024年度）",
    (2, 0, 1, 3): "项目名称",
    (2, 3, 1, 8): "政务服务大厅综合窗口服务",
    (3, 0, 1, 3): "主管部门",
    (3, 3, 1, 3): "北京市朝阳区政务服务管理局",
    (3, 6, 1, 2): "实施单位",
    (3, 8, 1, 3): "北京市朝阳区政务服务管理局",
    (4, 0, 5, 3): "项目资金\n（万元）",
}
_FUNDS = (
    ("", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"),
    ("年度资金总额", "1599.56", "1523.36", "1523.36", "10", "100%", "10"),
    ("其中：当年财政拨款", "1599.56", "1523.36", "1523.36", "—", "100%", "—"),
    ("     上年结转资金", "", "", "", "—", "", "—"),
    ("  其他资金", "", "", "", "—", "", "—"),
)
_FUND_COLUMNS = ((3, 2), (5, 1), (6, 1), (7, 1), (8, 1), (9, 1), (10, 1))
_GOALS: Layout = {
    (9, 0, 2, 1): "年度总体目标",
    (9, 1, 1, 6): "预期目标",
    (9, 7, 1, 4): "实际完成情况",
    (10, 1, 1, 6): "聘请人员驻厅，为办事群众提供咨询和受理。\n实现一窗通办。",
    (10, 7, 1, 4): "全年受理33万件以上，群众满意。",
}
_HEADINGS = (
    "一级指标",
    "二级指标",
    "三级指标",
    "绩效指标性质",
    "年度\n指标值",
    "绩效度量单位",
    "实际\n完成值",
    "分值",
    "得分",
    "偏差原因分析及改进措施",
)
CHAOYANG_ROWS = (
    ("产出指标", "数量指标", "年办件量", "≥", "200000", "件", "332344件", "20", "20", ""),
    (
        "产出指标",
        "质量指标",
        "为办事群众提供进驻可事项现场咨询受理服务",
        "定性",
        "优良中低差",
        "",
        "优",
        "10",
        "10",
        "",
    ),
    ("产出指标", "时效指标", "项目开展进度", "≤", "80", "%", "100%", "10", "10", ""),
    ("成本指标", "经济成本指标", "年度项目成本", "≤", "1599.56", "万", "1523.36万元", "10", "10", ""),
    ("效益指标", "社会效益指标", "政务服务水平", "定性", "优良中低差", "", "优", "30", "30", ""),
    ("满意度\n指标", "服务对象满意度指标", "办事群众满意度", "≥", "95", "%", "99.95%", "10", "10", ""),
)
_HEADER = 11


def chaoyang(rows: Sequence[Sequence[str]] = CHAOYANG_ROWS, total: Sequence[str] = ("总分", "100", "100")) -> Layout:
    """Lay the table out as the report does, with merged cells."""
    layout = dict(_HEAD)
    for number, texts in enumerate(_FUNDS):
        layout |= {(4 + number, at, 1, wide): text for (at, wide), text in zip(_FUND_COLUMNS, texts, strict=True)}
    layout |= _GOALS
    layout[_HEADER, 0, len(rows) + 1, 1] = "绩\n效\n指\n标"
    layout |= {(_HEADER, 1 + column, 1, 1): text for column, text in enumerate(_HEADINGS)}
    for number, row in enumerate(rows, _HEADER + 1):
        layout |= {(number, 1 + column, 1, 1): text for column, text in enumerate(row) if column}
    first = 0
    for number in range(len(rows) + 1):
        if number == len(rows) or rows[number][0] != rows[first][0]:
            layout[_HEADER + 1 + first, 1, number - first, 1] = rows[first][0]
            first = number
    last = _HEADER + 1 + len(rows)
    return layout | {(last, 0, 1, 8): total[0], (last, 8, 1, 1): total[1], (last, 9, 1, 1): total[2]}


def docx_of(*layouts: Layout, before: Sequence[str] = ()) -> bytes:
    """Write tables as a Word document."""
    document = Document()
    for text in before:
        document.add_paragraph(text)
    for layout in layouts:
        height = max(row + rows for row, _, rows, _ in layout)
        width = max(column + columns for _, column, _, columns in layout)
        table = document.add_table(height, width)
        for (row, column, rows, columns), text in layout.items():
            cell = table.cell(row, column)
            if rows * columns > 1:
                cell = cell.merge(table.cell(row + rows - 1, column + columns - 1))
            cell.text = text
        document.add_paragraph("")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def xlsx_of(*layouts: Layout) -> bytes:
    """Write tables as the sheets of a workbook, every cell a text."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for number, layout in enumerate(layouts, 1):
        sheet = book.create_sheet(f"Sheet{number}")
        for (row, column, rows, columns), text in layout.items():
            if text:
                sheet.cell(row + 1, column + 1, text)
            if rows * columns > 1:
                sheet.merge_cells(
                    start_row=row + 1, start_column=column + 1, end_row=row + rows, end_column=column + columns
                )
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
