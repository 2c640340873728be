"""A cache backend for Redis that acts as an empty cache while the server fails."""

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

MAX_SOCKET_SECONDS = 0.5  # for connecting, and for each answer
OUTAGE_SECONDS = 15  # after a failure, the server is not asked for this long

# Errors that pickle raises over bytes written by another version of the program.
UNPICKLING_ERRORS = (pickle.UnpicklingError, AttributeError, EOFError, ImportError, IndexError)

# Servers that have failed: when to ask them again (time.monotonic()).
failed_until: dict[tuple[str, ...], float] = {}


class RedisCache(django_redis.RedisCache):
    """Django's backend for Redis, treating a failing server as an empty cache.

    After a failure the server is left alone for OUTAGE_SECONDS, so that a hanging server delays
    few requests. The log has one line when a failure begins and one when it ends.
    """

    def __init__(self, server, params):
        super().__init__(server, params)
        self._options = {
            "socket_timeout": MAX_SOCKET_SECONDS,
            "socket_connect_timeout": MAX_SOCKET_SECONDS,
            # One retry: the server may have closed an idle connection.
            "retry": Retry(NoBackoff(), 1, supported_errors=(NoConnectionError,)),
        } | params.get("OPTIONS", {})
        self.servers = (server,) if isinstance(server, str) else tuple(server)

    def _call(self, method: Callable[..., Any], default: Any, *args: Any, **kwargs: Any) -> Any:
        """Call a method of Django's backend. Returns `default` while the server fails."""
        servers, now = self.servers, time.monotonic()
        has_failed = servers in failed_until
        if has_failed:
            if now < failed_until[servers]:
                return default
            # This thread tries the server; the others do without it meanwhile.
            failed_until[servers] = now + OUTAGE_SECONDS
        try:
            value = method(*args, **kwargs)
        except (RedisError, OSError) as error:
            failed_until[servers] = time.monotonic() + OUTAGE_SECONDS
            if not has_failed:
                logger.error(
                    "The cache at %s (CACHE_URL) fails: %s. Pages are rendered without it. It is "
                    "tried again every %d seconds.",
                    hosts_of(servers), str(error).rstrip("."), OUTAGE_SECONDS,
                )  # fmt: skip
            return default
        except UNPICKLING_ERRORS as error:
            logger.warning("A value in the cache can't be read and is ignored: %r", error)
            return default
        if failed_until.pop(servers, None) is not None:
            logger.warning("The cache at %s works again.", hosts_of(servers))
        return value

    def get(self, key, default=None, version=None):
        return self._call(super().get, default, key, default, version)

    def set(self, key, value, *args, **kwargs):
        return self._call(super().set, None, key, value, *args, **kwargs)

    def add(self, key, value, *args, **kwargs):
        return self._call(super().add, False, key, value, *args, **kwargs)

    def touch(self, key, *args, **kwargs):
        return self._call(super().touch, False, key, *args, **kwargs)

    def delete(self, key, version=None):
        return self._call(super().delete, False, key, version)

    def has_key(self, key, version=None):
        return self._call(super().has_key, False, key, version)

    def get_many(self, keys, version=None):
        return self._call(super().get_many, {}, keys, version)

    def set_many(self, data, *args, **kwargs):
        return self._call(super().set_many, [*data], data, *args, **kwargs)

    def delete_many(self, keys, version=None):
        return self._call(super().delete_many, None, keys, version)

    def incr(self, key, delta=1, version=None):
        """Raises ValueError if the key is not there, and while the server fails."""
        value = self._call(super().incr, None, key, delta, version)
        if value is None:
            raise ValueError(f"Key {key!r} not found.")
        return value

    def clear(self):
        return self._call(super().clear, False)

    def is_up(self) -> bool:
        """Ping the server. Returns False while it fails."""
        return bool(self._call(self._cache.get_client().ping, False))


def hosts_of(servers: tuple[str, ...]) -> str:
    """The hosts and ports of these URLs, for messages: the URLs may contain passwords."""
    return ", ".join(urlsplit(server).netloc.rpartition("@")[2] or server for server in servers)
