"""What forbids handing in a file, referring to one, or reading it."""

from app.errors import Conflict, Unavailable


class EvidenceNotStored(Conflict):
    """Something refers to a file whose bytes never came."""

    code = "evidence-not-stored"
    title = "The file's bytes have not come yet"
    remedy = "Send the bytes by PUT /v1/portal/evidence/{evidence_id}/content first."


class EvidenceQuotaFull(Conflict):
    """A file more than the vendor's files may come to."""

    code = "evidence-quota-full"
    title = "The vendor's files would come to more than its quota"
    remedy = "Hand in smaller files, or ask the service center's operator for a larger quota."


class TooManyDeclared(Conflict):
    """A further file while many are declared and none of their bytes came."""

    code = "too-many-declared"
    title = "Too many files are declared whose bytes have not come"
    remedy = "Send the bytes of those declared; what is never sent is forgotten after 7 days."


class EvidenceUnreadable(Unavailable):
    """A stored file that is gone, or was changed behind the service's back."""

    code = "evidence-unreadable"
    title = "The stored file cannot be read"
    remedy = "Ask the operator, who puts the folder of evidence back from its backup; 'kaohe verify' names the files."
