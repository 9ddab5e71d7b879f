"""What is refused about endpoints and deliveries."""

from app.errors import Conflict, Invalid, Unavailable


class BlockedDestination(Invalid):
    """An address of a network that nothing is sent to; which one is not told."""

    code = "blocked-destination"
    title = "Nothing is sent to that destination"
    remedy = (
        "Name a host that is reached from the internet; for a government network ask the service center's "
        "administrator to allow it."
    )


class UnresolvedDestination(Invalid):
    """A host that has no address just now."""

    code = "unresolved-destination"
    title = "The host of the address is not found"
    remedy = "Check the name of the host, and send it again once its name is known."


class LookUpTimedOut(Unavailable):
    """A name service that does not answer in time; whether the host has an address is not known."""

    code = "look-up-timed-out"
    title = "The name of the host could not be looked up in time"
    remedy = "Send it again in a while; if it happens again, check the name servers of that host."


class TooManyLookUps(Unavailable):
    """One look-up more than a vendor may have under way."""

    code = "too-many-look-ups"
    title = "Too many of the vendor's addresses are being looked up"
    remedy = "Wait until they are answered, and send one address at a time."


class TooManyEndpoints(Conflict):
    """One endpoint more than a vendor may have."""

    code = "too-many-endpoints"
    title = "There are as many endpoints as a vendor may have"
    remedy = "Delete one that is no longer needed."


class TooManySecrets(Conflict):
    """A rotation while too many old secrets are still live."""

    code = "too-many-secrets"
    title = "Too many old secrets are still live"
    remedy = "Wait until one of them has expired, or rotate with a grace of 0, which ends all of them at once."


class EndpointEnabled(Conflict):
    """Enabling what is enabled."""

    code = "endpoint-enabled"
    title = "The endpoint is enabled already"
    remedy = "Nothing is left to do."


class EndpointDisabled(Conflict):
    """Disabling what is disabled, or sending to it."""

    code = "endpoint-disabled"
    title = "The endpoint is disabled"
    remedy = "Enable the endpoint first, if events are to be sent to it."


class EndpointDeleted(Conflict):
    """Sending again to an endpoint that is gone."""

    code = "endpoint-deleted"
    title = "The endpoint is deleted"
    remedy = "Register the address anew; what it missed is read from GET /v1/portal/events."


class DeliveryPending(Conflict):
    """Sending again what is still being sent."""

    code = "delivery-pending"
    title = "The delivery is still under way"
    remedy = "Wait for its next attempt; it can be sent again once it has arrived or all of its attempts failed."


class TooManyTests(Conflict):
    """One test more while so many are still being sent."""

    code = "too-many-tests"
    title = "Too many test events are still under way"
    remedy = "Wait until some have arrived; how they fare is read from GET /v1/portal/webhook-deliveries."


class EventNotReadable(Conflict):
    """Sending an event again that is too old."""

    code = "event-expired"
    title = "The event is no longer readable"
    remedy = "Events are kept for 90 days; read what it was about from its own address."


class NetworkAllowed(Conflict):
    """Allowing a network twice."""

    code = "network-allowed"
    title = "The network is allowed already"
    remedy = "Nothing is left to do."


class NetworkRemoved(Conflict):
    """Removing a network twice."""

    code = "network-removed"
    title = "The network is removed already"
    remedy = "Nothing is left to do."
