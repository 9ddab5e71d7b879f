"""Which direction is good for what an indicator measures, by the words that its name ends on."""

from collections.abc import Mapping

from app.rules.evaluations.values import Indicator, Sense

WORDS: Mapping[str, Sense] = {
    **dict.fromkeys(
        (
            "满意度", "满意率", "好评率", "进度", "办件量", "业务量", "服务量", "数量", "人次", "次数",
            "完成率", "完成度", "办结率", "办成率", "按时率", "及时率", "准确率", "合格率", "达标率", "通过率",
            "覆盖率", "参与率", "出勤率", "到岗率", "响应率", "回复率", "回访率", "整改率", "落实率", "执行率",
            "利用率", "使用率", "网办率", "网办程度", "知晓率", "节约率", "降低率", "压缩率", "减少率", "受理量",
            "咨询量", "处理率", "评价率", "接通率",
        ),
        Sense.MORE,
    ),
    **dict.fromkeys(
        (
            "成本", "费用", "支出", "经费", "单价", "投诉", "投诉率", "投诉量", "投诉数", "投诉次数",
            "差评", "差评率", "差错", "差错率", "错误率", "错误次数", "失误率", "退件率", "超时率", "超期率",
            "逾期率", "违规率", "违规次数", "事故率", "事故次数", "事故数量", "事故", "故障率", "故障次数", "闲置率",
            "空置率", "空岗率", "离岗次数", "缺勤率", "流失率", "流动率", "离职率", "时长", "时限", "时间",
            "用时", "耗时", "等候人数", "排队人数", "工作日数", "跑动次数", "能耗",
        ),
        Sense.LESS,
    ),
}  # fmt: skip
"""Words of indicators' names: 办结率 is to be high, 办理时长 short. 投诉办结率 is about its last word, the share settled."""


def sense_of(indicator: Indicator) -> Sense | None:
    """Say which direction is good: as a person said, or by the word that ends last in the name, the longest of those.

    None where the name holds none of the words.
    """
    if indicator.measure is not None and indicator.measure.sense is not None:
        return indicator.measure.sense
    found = [(indicator.name.rindex(word) + len(word), len(word), word) for word in WORDS if word in indicator.name]
    return WORDS[max(found)[2]] if found else None
