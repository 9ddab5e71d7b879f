"""The table that the documentation's examples send: a project's year, half of it from the contract's own record."""

from typing import Any

DOCUMENT: dict[str, Any] = {
    "project": "综合窗口外包服务项目",
    "authority": "示例区行政审批局",
    "unit": "示例区政务服务中心",
    "funds": [
        {
            "source": "total",
            "initial": "120.00",
            "full_year": "120.00",
            "executed": "108.00",
            "weight": "10",
        }
    ],
    "goals": {"expected": "全年窗口不间断受理，群众满意", "reached": "全年窗口未间断"},
    "indicators": [
        {
            "name": "产出指标",
            "dimension": "output",
            "children": [
                {
                    "name": "数量指标",
                    "children": [
                        {
                            "name": "全年受理件数",
                            "weight": "20",
                            "measure": {
                                "nature": "at_least",
                                "target": "60000件",
                                "actual": "63120件",
                                "sense": "more",
                                "method": {"kind": "proportional"},
                            },
                        }
                    ],
                },
                {
                    "name": "质量指标",
                    "children": [
                        {
                            "name": "低于合格线的月份数",
                            "weight": "15",
                            "measure": {
                                "nature": "at_most",
                                "target": "2个月",
                                "unit": "个月",
                                "sense": "less",
                                "binding": {"source": "months_below_mark", "first": "2023-02"},
                                "method": {"kind": "all_or_nothing"},
                            },
                        }
                    ],
                },
                {
                    "name": "时效指标",
                    "children": [
                        {
                            "name": "考核通报及时率",
                            "weight": "5",
                            "measure": {
                                "nature": "at_least",
                                "target": "95%",
                                "sense": "more",
                                "binding": {"source": "notices_on_time", "first": "2023-02"},
                                "method": {"kind": "proportional"},
                            },
                        }
                    ],
                },
            ],
        },
        {
            "name": "成本指标",
            "dimension": "cost",
            "weight": "10",
            "measure": {
                "nature": "at_most",
                "target": "120万元",
                "actual": "108万元",
                "sense": "less",
                "method": {"kind": "all_or_nothing"},
            },
        },
        {
            "name": "效益指标",
            "dimension": "benefit",
            "weight": "30",
            "measure": {
                "nature": "qualitative",
                "target": "办事更便利",
                "actual": "较好",
                "method": {"kind": "by_band", "bands": [{"name": "较好", "low": "0.8", "high": "0.9"}]},
                "judgement": {"share": "0.85", "reason": "延时服务覆盖全部综合窗口"},
            },
        },
        {
            "name": "满意度指标",
            "dimension": "satisfaction",
            "weight": "10",
            "measure": {
                "nature": "at_least",
                "target": "95%",
                "actual": "97.20%",
                "sense": "more",
                "method": {"kind": "all_or_nothing"},
            },
        },
    ],
}
