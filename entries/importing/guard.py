"""Connections that are made only to addresses that a feed may come from.

The name is resolved once, every address is checked, and the connection goes to an address
that was checked: a name that answers otherwise a moment later gains nothing. TLS still
checks the name.
"""

import ipaddress
import socket

from django.conf import settings
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

PORTS = {80, 443}
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class AddressRefusedError(Exception):
    """The guard does not let a connection go there."""


def checked_addresses(host: str, port: int) -> list[str]:
    """The addresses of a host, all of them fit to connect to.

    Raises AddressRefusedError for a port that is not listed and for a host with any
    address that is not on the public internet, unless settings.FETCH_ALLOW_PRIVATE names
    the host; socket.gaierror when the name can't be resolved.
    """
    host = host.strip("[]")
    if host in settings.FETCH_ALLOW_PRIVATE:
        return resolve(host, port)
    if port not in PORTS and port not in settings.FETCH_ALLOW_PORTS:
        raise AddressRefusedError(
            f"port {port} is not one that feeds are fetched from; list it in FETCH_ALLOW_PORTS"
        )
    addresses = resolve(host, port)
    for address in addresses:
        if not is_public(address):
            raise AddressRefusedError(
                f"{host} is at {address}, which is not on the public internet; "
                "if that is meant, name the host in FETCH_ALLOW_PRIVATE"
            )
    return addresses


def resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(text: str) -> bool:
    """Whether an address is on the public internet, also as an IPv4 inside an IPv6 one."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is None and int(address) < 2**32:
            inner = ipaddress.IPv4Address(int(address))
        if inner is not None and not is_public(str(inner)):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class GuardedConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return connect(self)


class GuardedTLSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return connect(self)


def connect(connection) -> socket.socket:
    try:
        addresses = checked_addresses(connection._dns_host, connection.port)
    except socket.gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
    for last, address in zip([False] * (len(addresses) - 1) + [True], addresses, strict=True):
        try:
            return create_connection(
                (address, connection.port),
                connection.timeout,
                source_address=connection.source_address,
                socket_options=connection.socket_options,
            )
        except OSError as error:
            if last:
                raise NewConnectionError(connection, str(error)) from error
    raise NewConnectionError(connection, "the name has no address")


class GuardedPool(HTTPConnectionPool):
    ConnectionCls = GuardedConnection


class GuardedTLSPool(HTTPSConnectionPool):
    ConnectionCls = GuardedTLSConnection


class GuardedPoolManager(PoolManager):
    """urllib3's pool of connections, all of them guarded."""

    def __init__(self):
        super().__init__()
        self.pool_classes_by_scheme = {"http": GuardedPool, "https": GuardedTLSPool}
