"""What the revision of budgets adds."""

from typing import Any

from tests.recorded.columns import CENTER, CONTRACT, LATER, NOW, ODD, STAMPS, Recorded, id_

_LINE, _BARE_LINE = id_(910), id_(911)
_SPENT, _REVERSAL, _BARE_SPENT = id_(914), id_(915), id_(916)
_MADE: dict[str, Any] = {"service_center_id": CENTER, "recorded_by": "王会计", "recorded_at": NOW}
_CHARGED: dict[str, Any] = {**_MADE, "spent_on": NOW.date(), "purpose": "daily", "version": 1, "updated_at": LATER}

BUDGETS = Recorded(
    rows={
        "budget_lines": [
            {
                "id": _LINE,
                "service_center_id": CENTER,
                "contract_id": CONTRACT,
                "project": "hall-operation",
                "year": 2023,
                "name": "办事大厅运行专项经费",
                "initial_fen": 37_850_00,
                "purposes": '[{"code":"hall_operation","name":"办事大厅运行"}]',
                "source": "部门预算批复",
                "note": ODD,
                "version": 2,
                **STAMPS,
            },
            {
                "id": _BARE_LINE,
                "service_center_id": CENTER,
                "project": "daily",
                "year": 2023,
                "name": "日常公用经费",
                "initial_fen": 0,
                "purposes": "[]",
                "version": 1,
                **STAMPS,
            },
        ],
        "budget_adjustments": [
            {
                "id": id_(912),
                **_MADE,
                "budget_line_id": _LINE,
                "amount_fen": -100_00,
                "adjusted_on": NOW.date(),
                "reason": ODD,
                "document_no": "财预〔2023〕5号",
                "counterpart_line_id": _BARE_LINE,
                "transfer_id": id_(917),
            },
            {"id": id_(913), **_MADE, "budget_line_id": _BARE_LINE, "amount_fen": 1, "adjusted_on": NOW.date()},
        ],
        "expenditures": [
            {
                "id": _SPENT,
                **_CHARGED,
                "budget_line_id": _LINE,
                "charged_line_id": _BARE_LINE,
                "contract_id": CONTRACT,
                "amount_fen": 500_00,
                "purpose_name": "日常支出",
                "mismatched": True,
                "description": ODD,
                "external_ref": "2023-03-0012",
                "document_no": "记-12",
                "payment_id": id_(320),
            },
            {
                "id": _REVERSAL,
                **_CHARGED,
                "budget_line_id": _BARE_LINE,
                "charged_line_id": _BARE_LINE,
                "amount_fen": -500_00,
                "mismatched": False,
                "reverses_id": _SPENT,
                "reversal_reason": "重复记账",
            },
            {
                "id": _BARE_SPENT,
                **_CHARGED,
                "budget_line_id": _LINE,
                "charged_line_id": _LINE,
                "amount_fen": 1,
                "mismatched": False,
                "external_ref": "2023-03-0013",
            },
        ],
        "expenditure_decisions": [
            {
                "id": id_(918),
                "service_center_id": CENTER,
                "expenditure_id": _SPENT,
                "kind": "reclassified",
                "decided_on": LATER.date(),
                "amount_fen": 500_00,
                "from_line_id": _LINE,
                "to_line_id": _BARE_LINE,
                "reason": ODD,
                "document_no": "财〔2023〕9号",
                "decided_by": "王会计",
                "recorded_at": LATER,
            },
            {
                "id": id_(919),
                "service_center_id": CENTER,
                "expenditure_id": _SPENT,
                "kind": "accepted",
                "decided_on": LATER.date(),
                "amount_fen": 500_00,
                "from_line_id": _BARE_LINE,
                "reason": "经批准",
                "decided_by": "王会计",
                "recorded_at": LATER,
            },
        ],
        "progress_reports": [
            {
                "id": id_(920),
                "service_center_id": CENTER,
                "contract_id": CONTRACT,
                "subject": str(CONTRACT),
                "quarter": "2023-Q1",
                "document": '{"figures":[],"missing":[]}',
                "status": "handed_over",
                "drafted_by": "nightly",
                "drafted_on": NOW.date(),
                "handed_over_on": LATER.date(),
                "handed_over_by": "王会计",
                "document_no": "报〔2023〕1号",
                "version": 2,
                **STAMPS,
            },
            {
                "id": id_(921),
                "service_center_id": CENTER,
                "subject": "center",
                "quarter": "2023-Q1",
                "document": "{}",
                "status": "draft",
                "drafted_by": "nightly",
                "drafted_on": NOW.date(),
                "version": 1,
                **STAMPS,
            },
        ],
    }
)
