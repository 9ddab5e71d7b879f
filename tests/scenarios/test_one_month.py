"""One month goes from finding to notice to resolved alert."""

from tests.office import Office


def test_a_month_from_finding_to_resolved_alert(office: Office) -> None:
    """A late month is flagged the night after its due date and resolved by its notice."""
    contract = office.contract()
    office.finding(contract, "2023-01-10", counter="A-07", deduction_points="2.00")
    run = office.supervisor.post("/v1/job-runs", {"job": "all", "as_of": "2023-02-16"})
    assert run.status_code == 200, run.text
    (alert,) = office.supervisor.items("/v1/alerts", status="open")
    assert (alert["kind"], alert["since"], alert["facts"]["stage"]) == ("late_notice", "2023-02-16", "not_assessed")
    office.assess(contract, "2023-01", "92.50", "2023-02-17")
    office.finalize(contract, "2023-01", "2023-02-20")
    office.notify(contract, "2023-01", "2023-03-26", "考核〔2023〕1号")
    (alert,) = office.supervisor.items("/v1/alerts", contract_id=contract.rsplit("/", 1)[1])
    assert (alert["status"], alert["until"]) == ("resolved", "2023-03-26")
    assert (alert["facts"]["days_late"], alert["facts"]["working_days_late"]) == (39, 27)
