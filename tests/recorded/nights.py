"""What the revision of changed contracts adds: marks, what was gathered of them, and what runs note of it."""

from datetime import date

from tests.recorded.columns import CONTRACT, Recorded, id_

NIGHTS = Recorded(
    columns={
        "job_runs": [
            {"gathered": 7, "program": "0.1.0/20261123_indexes", "overlooked": 0},
            {"gathered": None, "program": None, "overlooked": None},
        ]
    },
    rows={
        "changed_contracts": [{"id": id_(910), "contract_id": CONTRACT, "recorded_on": date(2023, 2, 3)}],
        "gatherings": [{"id": 1, "number": 7}],
        "night_contracts": [{"gathering": 7, "contract_id": CONTRACT, "recorded_on": date(2023, 2, 3)}],
        "night_turns": [{"job": "flag_repeat_offences", "contract_id": CONTRACT, "turns_on": date(2024, 1, 1)}],
    },
)
