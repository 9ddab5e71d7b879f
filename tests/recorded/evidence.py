"""What the revision of evidence adds: files by their hash."""

from tests.recorded.columns import CENTER, LATER, NOW, ODD, VENDOR, Recorded, id_

_OWNER = {"service_center_id": CENTER, "vendor_id": VENDOR}
_STORED, _DECLARED = id_(600), id_(601)

EVIDENCE = Recorded(
    rows={
        "evidence": [
            {
                "id": _STORED,
                **_OWNER,
                "name": "整改照片 𠮷.png",
                "size": 10 * 1024 * 1024,
                "sha256": "0a" * 32,
                "note": ODD,
                "media_type": "image/png",
                "declared_by": "供应商",
                "declared_at": NOW,
                "stored_at": LATER,
            },
            {
                "id": _DECLARED,
                **_OWNER,
                "name": "月报.docx",
                "size": 1,
                "sha256": "ff" * 32,
                "declared_by": "供应商",
                "declared_at": NOW,
            },
        ],
        "evidence_uses": [
            {
                "id": id_(602),
                **_OWNER,
                "evidence_id": _STORED,
                "subject_kind": "appeal",
                "subject_id": id_(603),
                "position": 0,
                "attached_at": LATER,
            },
        ],
    },
)
