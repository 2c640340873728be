class FeedError(Exception):
    """The feed at `url` could not be imported. Base of this package's errors."""

    def __init__(self, url, reason):
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


class FetchError(FeedError):
    """No usable bytes: network, status, size, address or file. `__cause__` has the detail."""


class ParseError(FeedError):
    """The bytes are no feed."""


class UsageError(FeedError):
    """What was asked for can't be done as it was put."""
