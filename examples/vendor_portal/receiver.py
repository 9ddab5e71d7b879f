"""Receives webhooks: verifies them with the standard's own library, keeps each event once, and answers at once."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

from examples.vendor_portal.store import Store

LARGEST_BODY = 65_536
SLOWEST_SECONDS = 20


class Receiver(ThreadingHTTPServer):
    """Listens at one address; what is to be done about an event is done later, from the store."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], secret: str, store: Store) -> None:
        """Take the secret that the registration of the endpoint gave."""
        super().__init__(address, Handler)
        self.secret = secret
        self.store = store


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Receiver
    timeout = SLOWEST_SECONDS

    def do_POST(self) -> None:
        """Answer 204 to what is ours, new or not; 400 to what is forged or stale, 413 to what is too large."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            return self._answer(413)
        body = self.rfile.read(int(length))
        try:
            event = Webhook(self.server.secret).verify(body, dict(self.headers.items()))
        except (WebhookVerificationError, ValueError):
            return self._answer(400)
        self.server.store.keep(self.headers["webhook-id"], event, "webhook")
        return self._answer(204)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name that its parent gives it
        """Say nothing: a test or a service keeps its own log."""

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()
