"""Connections to public addresses only: the guard against server-side request forgery.

A host name is resolved once, all its addresses are checked, and the connection goes to a checked
address. A name that resolves to another address a moment later (DNS rebinding) has no effect.
TLS still checks the name.
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

WEB_PORTS = {80, 443}
# WHATWG URL, 3.5: a host whose last label is a number is an IPv4 address in some notation.
NUMERIC = re.compile(r"([^:]*\.)?(\d+|0x[0-9a-f]*)", re.I)


class AddressRefusedError(Exception):
    """The guard refuses to connect to this host or port."""


def checked_addresses(host: str, port: int, timeout: float) -> list[str]:
    """Resolve a host to addresses, each of which may be connected to.

    Raises AddressRefusedError for a port that is neither in WEB_PORTS nor in
    settings.FETCH_ALLOW_PORTS, for a number that is no plain IPv4 address, and for a host with
    any address off the public internet. A host in settings.FETCH_ALLOW_PRIVATE passes all of
    this. Raises socket.gaierror when the name can't be resolved, TimeoutError when that takes
    longer than `timeout` seconds.
    """
    host = host.strip("[]").rstrip(".").lower()
    if host in (name.strip("[]").rstrip(".").lower() for name in settings.FETCH_ALLOW_PRIVATE):
        return resolve(host, port, timeout)
    if port not in WEB_PORTS and port not in settings.FETCH_ALLOW_PORTS:
        raise AddressRefusedError(
            f"port {port} is not one that feeds are fetched from; list it in FETCH_ALLOW_PORTS, "
            "or name the host in FETCH_ALLOW_PRIVATE if it is one of yours"
        )
    if NUMERIC.fullmatch(host) and not is_dotted_quad(host):
        raise AddressRefusedError(f"{host} is a number in place of a host")
    addresses = resolve(host, port, timeout)
    for address in addresses:
        if not is_public_address(address):
            raise AddressRefusedError(
                f"{host} is at {address}, which is not on the public internet; "
                "if that is meant, name the host in FETCH_ALLOW_PRIVATE"
            )
    return addresses


def resolve(host: str, port: int, timeout: float) -> list[str]:
    """Resolve a host in a thread, because the system's resolver takes no timeout."""
    results: queue.Queue[Any] = queue.Queue()

    def ask():
        try:
            results.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            results.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        found = results.get(timeout=max(timeout, 0))
    except queue.Empty:
        raise TimeoutError(f"{host} was not resolved within {timeout:.0f} seconds") from None
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


class Deadline:
    """Shuts its connections down after this many seconds. A context manager.

    A socket's own timeout starts again with every byte: a server that sends one byte at a time
    could hold a fetch for ever.
    """

    def __init__(self, seconds: float):
        self.ends_at = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(max(seconds, 0), self._cut)
        self._timer.daemon = True

    @property
    def left(self) -> float:
        return self.ends_at - time.monotonic()

    @property
    def is_over(self) -> bool:
        return self.left <= 0

    def add(self, connection: socket.socket) -> None:
        # TLS detaches the socket to wrap it; a duplicate still reaches the connection.
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
                    continue  # The connection is closed already.

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
    deadline: Deadline

    def _new_conn(self) -> socket.socket:
        return connect(self, self.deadline)


class GuardedTLSConnection(HTTPSConnection):
    deadline: Deadline

    def _new_conn(self) -> socket.socket:
        return connect(self, self.deadline)


def connect(connection, deadline: Deadline) -> socket.socket:
    """Resolve, check and connect, within the connection's timeout in all."""
    ends_at = time.monotonic() + connection.timeout
    try:
        addresses = checked_addresses(connection._dns_host, connection.port, connection.timeout)
    except socket.gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, str(error)) from error
    failure: OSError = TimeoutError("no address answered in time")
    for address in addresses:
        left = ends_at - time.monotonic()
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
        deadline.add(found)
        return found
    if isinstance(failure, TimeoutError):
        raise ConnectTimeoutError(connection, str(failure)) from failure
    raise NewConnectionError(connection, str(failure)) from failure


class DeadlinePool(HTTPConnectionPool):
    deadline: Deadline

    def _new_conn(self):
        connection: Any = super()._new_conn()
        connection.deadline = self.deadline
        return connection


class GuardedPool(DeadlinePool):
    ConnectionCls = GuardedConnection


class GuardedTLSPool(DeadlinePool, HTTPSConnectionPool):
    ConnectionCls = GuardedTLSConnection


class GuardedPoolManager(PoolManager):
    """urllib3's pool manager whose connections are checked and end at the deadline."""

    def __init__(self, deadline: Deadline):
        super().__init__()
        self.deadline = deadline
        self.pool_classes_by_scheme = {"http": GuardedPool, "https": GuardedTLSPool}

    def _new_pool(self, scheme, host, port, request_context=None):
        pool: Any = super()._new_pool(scheme, host, port, request_context)
        pool.deadline = self.deadline
        return pool
