"""Says in Chinese and English the codes that alerts name: what follows from a clause, and which job of the night."""

CONSEQUENCES = {
    "talk": ("约谈", "a talk with the vendor"),
    "notice": ("书面通知", "a written notice"),
    "warning": ("警告", "a warning"),
    "deduction": ("扣款", "a deduction"),
    "deduction_again": ("再次扣款", "a further deduction"),
    "no_renewal": ("不予续签", "no renewal"),
    "right_to_terminate": ("有权解除合同", "the right to terminate"),
    "termination": ("解除合同", "termination"),
}
"""What contracts commonly provide; docs/terms.md lists it, and a contract may name any other code of its own."""

JOBS = {
    "flag_missed_jobs": ("漏跑任务检查", "check for jobs that were missed"),
    "flag_missing_calendar": ("节假日安排检查", "check for the holiday notice"),
    "flag_late_notices": ("考核通报逾期检查", "check for late notices"),
    "flag_missing_annual_assessments": ("年度考核逾期检查", "check for missing annual assessments"),
    "flag_overdue_rectifications": ("整改逾期检查", "check for overdue rectifications"),
    "flag_repeat_offences": ("重复发生检查", "check for repeat offences"),
    "flag_below_pass_mark": ("不合格月份检查", "check for months below the pass mark"),
    "flag_consecutive_fails": ("连续不合格检查", "check for failed months in a row"),
    "flag_clause_triggers": ("合同条款触发检查", "check for clauses that were reached"),
    "flag_missing_monthly_reports": ("项目月报逾期检查", "check for missing monthly reports"),
    "flag_missing_metrics": ("月度数据逾期检查", "check for missing monthly figures"),
    "flag_vacant_key_posts": ("关键岗位空缺检查", "check for vacant key posts"),
    "flag_payments_behind": ("付款逾期检查", "check for payments behind"),
    "flag_ledger_mismatches": ("账目核对", "check of the ledger"),
    "flag_budget_mismatches": ("预算用途不符检查", "check for spending of another purpose"),
    "flag_disabled_endpoints": ("接收地址停用检查", "check for disabled endpoints"),
    "draft_due_settlements": ("结算单草拟", "drafting of settlements"),
    "draft_payouts": ("考核金兑付草拟", "drafting of payouts"),
    "draft_progress_reports": ("季度进展报告草拟", "drafting of progress reports"),
    "write_messages": ("消息编写", "writing of messages"),
}


def consequence(code: str) -> tuple[str, str]:
    """Say what follows from a clause; a code that only this contract knows is quoted as it stands there."""
    return CONSEQUENCES.get(code, (f"“{code}”", f"'{code}'"))


def job(name: str) -> tuple[str, str]:
    """Say which job of the night; one that is there no more is quoted."""
    return JOBS.get(name, (f"“{name}”", f"'{name}'"))
