"""What forbids handing in a file, or referring to one."""

from app.errors import Conflict


class EvidenceNotStored(Conflict):
    """Something refers to a file whose bytes never came."""

    code = "evidence-not-stored"
    title = "The file's bytes have not come yet"
    remedy = "Send the bytes by PUT /v1/portal/evidence/{evidence_id}/content first."
