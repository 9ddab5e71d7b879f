"""What a person's channels, settings and test messages may be refused for."""

from app.errors import Conflict


class TooManyChannels(Conflict):
    """More channels than anybody needs."""

    code = "too-many-channels"
    title = "There are as many channels as one person may have"
    remedy = "Remove one that is no longer used."


class ChannelThere(Conflict):
    """A second channel to one place: whoever reads there would be told everything twice."""

    code = "channel-there"
    title = "One of your channels goes there already"
    remedy = "Use that one, or remove it first: POST /v1/me/channels/{channel_id}/removal."


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
