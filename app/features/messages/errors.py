"""What a person's channels, settings and test messages may be refused for."""

from app.errors import Conflict


class TooManyChannels(Conflict):
    """More channels than anybody needs."""

    code = "too-many-channels"
    title = "There are as many channels as one person may have"
    remedy = "Remove one that is no longer used."


class ChannelRemoved(Conflict):
    """A channel that nothing is sent to any more."""

    code = "channel-removed"
    title = "The channel has been removed"
    remedy = "Add it anew if messages should go there again."


class TriedTooSoon(Conflict):
    """A second test message within a minute."""

    code = "test-too-soon"
    title = "A test message was asked for just now"
    remedy = "Read GET /v1/me/messages to see what became of it, and ask again after a minute."
