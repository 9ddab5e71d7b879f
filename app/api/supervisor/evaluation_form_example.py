"""The form that the documentation's example sends: a small table, as the program itself writes it."""

from datetime import UTC, datetime
from decimal import Decimal

from app.rules.evaluations.forms.paper import Form, lay_out
from app.rules.evaluations.values import (
    Evaluation,
    Funds,
    FundSource,
    Indicator,
    Measure,
    Nature,
    Outcome,
    Template,
)

YEAR = 2023
TITLE = "窗口服务项目自评"
_DATED = datetime(2024, 1, 18, tzinfo=UTC)


def example() -> bytes:
    """Write the example's workbook; the same bytes each time."""
    from app.documents.forms import form_xlsx  # noqa: PLC0415 loaded late

    handled = Indicator(
        "/indicators/0/children/0/children/0",
        "全年受理件数",
        weight="50",
        score="50",
        measure=Measure(Nature.AT_LEAST, "60000", unit="件", actual="63120件"),
    )
    satisfied = Indicator(
        "/indicators/1/children/0",
        "办事群众满意度",
        weight="40",
        score="40",
        measure=Measure(Nature.AT_LEAST, "95", unit="%", actual="98.6%"),
    )
    evaluation = Evaluation(
        year=YEAR,
        template=Template("national", "", "", Decimal(100), ()),
        indicators=(
            Indicator("/indicators/0", "产出指标", children=(Indicator("", "数量指标", children=(handled,)),)),
            Indicator("/indicators/1", "满意度指标", children=(satisfied,)),
        ),
        funds=(Funds("/funds/0", FundSource.TOTAL, "120.00", "120.00", "120.00", "10", "100%", "10"),),
        total_weight="100",
        total_score="100",
    )
    form = Form(
        project="窗口服务项目",
        authority="示例区行政审批局",
        unit="示例区政务服务中心",
        expected="全年窗口不间断受理。",
        reached="全年窗口未间断。",
        evaluation=evaluation,
        outcome=Outcome((), None, None, None, None, None),
    )
    return form_xlsx.write(lay_out(form), _DATED)
