"""A cache on a Redis server. While the server fails, the cache is empty and pages still work."""

import logging
import pickle
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.core.cache.backends import redis as django_redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

SOCKET_SECONDS = 0.5  # how long the server may take to connect, and to answer
OUTAGE_SECONDS = 15  # how long a server that has failed is not asked again

# Errors of pickle over bytes that another version of the program has written.
UNREADABLE = (pickle.UnpicklingError, AttributeError, EOFError, ImportError, IndexError)

# Servers that have failed, and when to ask them again (by time.monotonic()).
failed_until: dict[tuple[str, ...], float] = {}


class RedisCache(django_redis.RedisCache):
    """Django's backend for Redis, treating a failing server as an empty cache.

    After a failure the server is left alone for OUTAGE_SECONDS, so that a hanging server delays
    few requests. The log has one line when a failure begins and one when it ends.
    """

    def __init__(self, server, params):
        super().__init__(server, params)
        self._options = {
            "socket_timeout": SOCKET_SECONDS,
            "socket_connect_timeout": SOCKET_SECONDS,
            # Once: for a connection that the server has closed since it was last used.
            "retry": Retry(NoBackoff(), 1, supported_errors=(NoConnectionError,)),
        } | params.get("OPTIONS", {})
        self.servers = (server,) if isinstance(server, str) else tuple(server)

    def _ask(self, ask: Callable[..., Any], otherwise: Any, *arguments: Any, **named: Any) -> Any:
        """Call `ask` and return its answer. Returns `otherwise` while the server fails."""
        servers, now = self.servers, time.monotonic()
        has_failed = servers in failed_until
        if has_failed:
            if now < failed_until[servers]:
                return otherwise
            # Other threads go on without it while this one tries.
            failed_until[servers] = now + OUTAGE_SECONDS
        try:
            answer = ask(*arguments, **named)
        except (RedisError, OSError) as error:
            failed_until[servers] = time.monotonic() + OUTAGE_SECONDS
            if not has_failed:
                logger.error(
                    "The cache at %s (CACHE_URL) fails: %s. Pages are made without it; it is "
                    "asked again every %d seconds.",
                    shown(servers), str(error).rstrip("."), OUTAGE_SECONDS,
                )  # fmt: skip
            return otherwise
        except UNREADABLE as error:
            logger.warning("The cache holds something unreadable, taken for nothing: %r", error)
            return otherwise
        if failed_until.pop(servers, None) is not None:
            logger.warning("The cache at %s answers again.", shown(servers))
        return answer

    def get(self, key, default=None, version=None):
        return self._ask(super().get, default, key, default, version)

    def set(self, key, value, *arguments, **named):
        return self._ask(super().set, None, key, value, *arguments, **named)

    def add(self, key, value, *arguments, **named):
        return self._ask(super().add, False, key, value, *arguments, **named)

    def touch(self, key, *arguments, **named):
        return self._ask(super().touch, False, key, *arguments, **named)

    def delete(self, key, version=None):
        return self._ask(super().delete, False, key, version)

    def has_key(self, key, version=None):
        return self._ask(super().has_key, False, key, version)

    def get_many(self, keys, version=None):
        return self._ask(super().get_many, {}, keys, version)

    def set_many(self, data, *arguments, **named):
        return self._ask(super().set_many, [*data], data, *arguments, **named)

    def delete_many(self, keys, version=None):
        return self._ask(super().delete_many, None, keys, version)

    def incr(self, key, delta=1, version=None):
        """Raises ValueError for a key that is not there, also when the server fails."""
        answer = self._ask(super().incr, None, key, delta, version)
        if answer is None:
            raise ValueError(f"Key {key!r} not found.")
        return answer

    def clear(self):
        return self._ask(super().clear, False)

    def answers(self) -> bool:
        """Ping the server. Returns False while it fails."""
        return bool(self._ask(self._cache.get_client().ping, False))


def shown(servers: tuple[str, ...]) -> str:
    """The hosts of the servers, without the passwords that may stand in their URLs."""
    return ", ".join(urlsplit(server).netloc.rpartition("@")[2] or server for server in servers)
