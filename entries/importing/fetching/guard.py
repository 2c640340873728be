"""Connections that are made only to addresses that a feed may come from.

The name is resolved once, every address is checked, and the connection goes to an address
that was checked: a name that answers otherwise a moment later gains nothing. TLS still
checks the name.
"""

import ipaddress
import queue
import re
import socket
import threading
import time
from typing import Any

from django.conf import settings
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from .special_purpose_addresses import is_public_address

PORTS = {80, 443}
# WHATWG URL, 3.5: a host whose last label is a number is an IPv4 address, however written.
NUMERIC = re.compile(r"([^:]*\.)?(\d+|0x[0-9a-f]*)", re.I)


class AddressRefusedError(Exception):
    """The guard does not let a connection go there."""


def checked_addresses(host: str, port: int, patience: float) -> list[str]:
    """The addresses of a host, all of them fit to connect to.

    Raises AddressRefusedError for a port that is not listed, for a number that is no plain
    IPv4 address, and for a host with any address that is not on the public internet, unless
    settings.FETCH_ALLOW_PRIVATE names the host; socket.gaierror when the name can't be
    resolved, TimeoutError when it takes longer than `patience` seconds.
    """
    host = host.strip("[]").rstrip(".").lower()
    if host in (name.strip("[]").rstrip(".").lower() for name in settings.FETCH_ALLOW_PRIVATE):
        return resolve(host, port, patience)
    if port not in PORTS and port not in settings.FETCH_ALLOW_PORTS:
        raise AddressRefusedError(
            f"port {port} is not one that feeds are fetched from; list it in FETCH_ALLOW_PORTS, "
            "or name the host in FETCH_ALLOW_PRIVATE if it is one of yours"
        )
    if NUMERIC.fullmatch(host) and not is_dotted_quad(host):
        raise AddressRefusedError(f"{host} is a number in place of a host")
    addresses = resolve(host, port, patience)
    for address in addresses:
        if not is_public_address(address):
            raise AddressRefusedError(
                f"{host} is at {address}, which is not on the public internet; "
                "if that is meant, name the host in FETCH_ALLOW_PRIVATE"
            )
    return addresses


def resolve(host: str, port: int, patience: float) -> list[str]:
    """Ask the system's resolver, which can't be told how long to take, in a thread."""
    answers: queue.Queue[Any] = queue.Queue()

    def ask():
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        found = answers.get(timeout=max(patience, 0))
    except queue.Empty:
        raise TimeoutError(f"{host} was not resolved within {patience:.0f} seconds") from None
    if isinstance(found, UnicodeError):
        raise socket.gaierror(f"{host} can't be the name of a host") from found
    if isinstance(found, OSError):
        raise found
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_dotted_quad(host: str) -> bool:
    try:
        return str(ipaddress.IPv4Address(host)) == host
    except ValueError:
        return False


class Watch:
    """Ends what is going on over its connections when the time is up.

    A time-out of a socket starts anew with every byte, so that a server which drips them
    could hold a fetch for ever. Use as a context manager.
    """

    def __init__(self, seconds: float):
        self.deadline = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(max(seconds, 0), self._cut)
        self._timer.daemon = True

    @property
    def left(self) -> float:
        return self.deadline - time.monotonic()

    @property
    def is_over(self) -> bool:
        return self.left <= 0

    def add(self, connection: socket.socket) -> None:
        # TLS takes the socket apart to wrap it; a duplicate reaches the connection all the same.
        with self._lock:
            self._sockets.append(connection.dup())
        if self.is_over:
            self._cut()

    def _cut(self) -> None:
        with self._lock:
            for connection in self._sockets:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # It had ended by itself.

    def __enter__(self):
        self._timer.start()
        return self

    def __exit__(self, *exc_info):
        self._timer.cancel()
        with self._lock:
            for connection in self._sockets:
                connection.close()
            self._sockets.clear()


class GuardedConnection(HTTPConnection):
    watch: Watch

    def _new_conn(self) -> socket.socket:
        return connect(self, self.watch)


class GuardedTLSConnection(HTTPSConnection):
    watch: Watch

    def _new_conn(self) -> socket.socket:
        return connect(self, self.watch)


def connect(connection, watch: Watch) -> socket.socket:
    """Resolve, check and connect, within the connection's time-out in all."""
    deadline = time.monotonic() + connection.timeout
    try:
        addresses = checked_addresses(connection._dns_host, connection.port, connection.timeout)
    except socket.gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, str(error)) from error
    failure: OSError = TimeoutError("no address answered in time")
    for address in addresses:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            found = create_connection(
                (address, connection.port),
                left,
                source_address=connection.source_address,
                socket_options=connection.socket_options,
            )
        except OSError as error:
            failure = error
            continue
        watch.add(found)
        return found
    if isinstance(failure, TimeoutError):
        raise ConnectTimeoutError(connection, str(failure)) from failure
    raise NewConnectionError(connection, str(failure)) from failure


class WatchedPool(HTTPConnectionPool):
    watch: Watch

    def _new_conn(self):
        connection: Any = super()._new_conn()
        connection.watch = self.watch
        return connection


class GuardedPool(WatchedPool):
    ConnectionCls = GuardedConnection


class GuardedTLSPool(WatchedPool, HTTPSConnectionPool):
    ConnectionCls = GuardedTLSConnection


class GuardedPoolManager(PoolManager):
    """urllib3's pool of connections, all of them guarded and watched."""

    def __init__(self, watch: Watch):
        super().__init__()
        self.watch = watch
        self.pool_classes_by_scheme = {"http": GuardedPool, "https": GuardedTLSPool}

    def _new_pool(self, scheme, host, port, request_context=None):
        pool: Any = super()._new_pool(scheme, host, port, request_context)
        pool.watch = self.watch
        return pool
