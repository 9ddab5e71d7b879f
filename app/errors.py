"""The errors that a caller can cause, each with its own code, title, status and remedy.

KaoheError
├── BadRequest           400  cannot be parsed, or a bad query parameter
├── Unauthenticated      401
├── Forbidden            403
├── NotFound             404  not there, or not yours
├── MethodNotAllowed     405
├── Conflict             409  valid, but the state forbids it
├── PreconditionFailed   412  changed by somebody else since it was read
├── TooLarge             413
├── UnsupportedMedia     415
├── Invalid              422  parsed, but not valid
├── PreconditionRequired 428  a change that does not say what it has read
├── TooManyRequests      429  come back after a while
└── Unavailable          503  try again
Features derive their own from these; `registry()` lists every code for `/problems/{code}`.
"""

from collections.abc import Iterable, Iterator

from app.rules.faults import Fault


class KaoheError(Exception):
    """Something that went wrong for a reason which the caller can understand and act upon."""

    code = "internal-error"
    title = "Something went wrong inside the service"
    status = 500
    remedy = "Try again; if it happens again, report the request id."
    retry_after: int | None = None
    """Seconds after which it may be different."""

    def __init__(
        self, detail: str = "", *, faults: Iterable[Fault] = (), pointer: str = "", remedy: str | None = None
    ) -> None:
        """Say what is wrong with the figures in it; without faults, one is made that points at `pointer`."""
        self.detail = detail or self.title + "."
        self.remedy = remedy or self.remedy
        self.faults = tuple(faults) or (Fault(pointer, self.code, self.detail, self.remedy),)
        super().__init__(self.detail)


class BadRequest(KaoheError):
    """The request cannot be read."""

    code = "bad-request"
    title = "The request cannot be read"
    status = 400
    remedy = "Correct the request as the errors say."


class Unauthenticated(KaoheError):
    """No token, or one that is not valid."""

    code = "unauthenticated"
    title = "A valid token is needed"
    status = 401
    remedy = "Send the header 'Authorization: Bearer <token>' with a token that has not expired or been revoked."


class Forbidden(KaoheError):
    """The caller is known, but its role may not do this."""

    code = "forbidden"
    title = "Your role may not do this"
    status = 403
    remedy = "Ask somebody whose role may, or ask your administrator for the role."


class NotFound(KaoheError):
    """There is no such thing, or it is not the caller's."""

    code = "not-found"
    title = "There is no such thing here"
    status = 404
    remedy = "Check the address and the id; things of another service center are not shown."


class MethodNotAllowed(KaoheError):
    """The path exists, the method does not."""

    code = "method-not-allowed"
    title = "This path does not take that method"
    status = 405
    remedy = "See /docs for the methods of this path."


class Conflict(KaoheError):
    """The request is valid, but the present state forbids it."""

    code = "conflict"
    title = "The present state forbids it"
    status = 409
    remedy = "Read the thing again and decide anew."


class PreconditionFailed(KaoheError):
    """The thing was changed since the caller read it."""

    code = "precondition-failed"
    title = "It was changed since you read it"
    status = 412
    remedy = "Read it again, decide anew, and send the change with its new ETag."


class PreconditionRequired(KaoheError):
    """A change that does not say which version it was decided on."""

    code = "precondition-required"
    title = "Say which version you have read"
    status = 428
    remedy = "Read the thing, and send its ETag as 'If-Match'; 'If-Match: *' changes whatever stands."


class TooManyRequests(KaoheError):
    """The caller, or somebody of its name, asked too often."""

    code = "too-many-requests"
    title = "That was asked too often"
    status = 429
    remedy = "Wait as long as the header 'Retry-After' says."

    def __init__(self, detail: str = "", *, retry_after: int, pointer: str = "") -> None:
        """Say after how many seconds it may be asked again."""
        super().__init__(detail, pointer=pointer)
        self.retry_after = retry_after


class TooLarge(KaoheError):
    """The body is larger than the service accepts."""

    code = "body-too-large"
    title = "The body is too large"
    status = 413
    remedy = "Send at most 1 MiB."


class UnsupportedMedia(KaoheError):
    """The body is not JSON."""

    code = "unsupported-media-type"
    title = "The body must be JSON"
    status = 415
    remedy = "Send 'Content-Type: application/json'."


class Invalid(KaoheError):
    """The request was read, but what it says is not valid."""

    code = "validation-error"
    title = "The request is not valid"
    status = 422
    remedy = "Correct what the errors name and send it again; nothing was changed."


class Unavailable(KaoheError):
    """The service cannot answer just now."""

    code = "unavailable"
    title = "The service cannot answer just now"
    status = 503
    remedy = "Try again in a few seconds."
    retry_after = 5


def registry() -> dict[str, type[KaoheError]]:
    """List every code with the class that declares it, for the pages under `/problems`."""
    return {error.code: error for error in sorted(_tree(KaoheError), key=lambda error: (error.status, error.code))}


def _tree(root: type[KaoheError]) -> Iterator[type[KaoheError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)
