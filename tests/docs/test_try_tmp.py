import pytest
from tests.office import Office, TERMS
@pytest.mark.parametrize("dialect",["sqlite"])
def test_reopen(office:Office, database):
    c=office.contract()
    office.assess(c,"2023-01","95.00","2023-02-06"); office.finalize(c,"2023-01","2023-02-10")
    run=lambda d: office.supervisor.post("/v1/job-runs",{"job":"flag_late_notices","as_of":d}).json()["items"][0]["written"]
    print("A",run("2023-02-16")); office.notify(c,"2023-01","2023-02-21")
    print("B",office.supervisor.get("/v1/alerts").json()["items"][0]["status"])
    print("C",run("2023-02-16"),office.supervisor.get("/v1/alerts").json()["items"][0]["status"])
@pytest.mark.parametrize("dialect",["sqlite"])
def test_dup(office:Office, database):
    t={**TERMS,"consecutive":[{"below":"80.00","periods":2,"consequence":"warning"},{"below":"80.00","periods":2,"consequence":"terminate"}]}
    c=office.contract(terms=t)
    for p,d in (("2023-01","2023-02-10"),("2023-02","2023-03-10")):
        office.assess(c,p,"70.00",d); office.finalize(c,p,d)
    r=office.supervisor.post("/v1/job-runs",{"job":"flag_consecutive_fails","as_of":"2023-03-11"})
    print("DUP",r.status_code,r.text[:300])
@pytest.mark.parametrize("dialect",["sqlite"])
def test_broken(office:Office, database):
    office.contract(); b=office.contract("B")
    with database.write() as s: s.connection().exec_driver_sql("update terms_versions set document='{' where contract_id in (select id from contracts where number='B')")
    print("LIST",office.supervisor.get("/v1/contracts").status_code)
