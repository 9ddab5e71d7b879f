"""What the revision of people adds: users, their sessions, failed sign-ins."""

from tests.recorded.columns import LATER, NOW, PERSON, STAMPS, Recorded, id_

PEOPLE = Recorded(
    columns={"principals": [{"disabled_at": LATER}, {"disabled_at": None}]},
    rows={
        "users": [
            {
                "principal_id": PERSON,
                "display_name": "李主管",
                "language": "zh",
                "password_hash": "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA",
                "password_set_at": NOW,
                "must_change": True,
                "version": 3,
                **STAMPS,
            },
            {
                "principal_id": id_(140),
                "display_name": "Admin",
                "language": "en",
                "must_change": False,
                "version": 1,
                **STAMPS,
            },
        ],
        "password_history": [
            {
                "id": id_(821),
                "principal_id": PERSON,
                "password_hash": "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$b2xk",
                "set_at": NOW,
            }
        ],
        "user_sessions": [
            {
                "id": id_(822),
                "principal_id": PERSON,
                "token_hash": "a" * 64,
                "last_seen_at": NOW,
                "expires_at": LATER,
                "ended_at": NOW,
                "end_reason": "signed_out",
                "created_at": NOW,
            },
            {
                "id": id_(823),
                "principal_id": PERSON,
                "token_hash": "b" * 64,
                "last_seen_at": NOW,
                "expires_at": LATER,
                "created_at": NOW,
            },
        ],
        "sign_in_failures": [
            {"name_hash": "c" * 64, "failures": 5, "failed_at": NOW, "locked_until": LATER},
            {"name_hash": "d" * 64, "failures": 1, "failed_at": NOW},
        ],
    },
)
