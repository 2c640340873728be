"""IP addresses that no public web server can have.

Python's own tables (`ipaddress.is_global`) differ between versions, so they are not used. The
blocks are those of IANA's two special-purpose registries
(https://www.iana.org/assignments/iana-ipv4-special-registry/ and …-ipv6-special-registry/,
RFC 6890), and multicast. Each block is refused whole: the addresses in it that the registries call
globally reachable belong to relays and name servers.
"""

import ipaddress

IPv4 = ipaddress.IPv4Address
IPv6 = ipaddress.IPv6Address

SPECIAL_IPV4 = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network (RFC 791)
        "10.0.0.0/8",  # private use (RFC 1918)
        "100.64.0.0/10",  # shared by carriers (RFC 6598); metadata of Alibaba's cloud
        "127.0.0.0/8",  # loopback (RFC 1122)
        "168.63.129.16/32",  # in no registry: the host of a machine in Microsoft's cloud
        "169.254.0.0/16",  # link-local (RFC 3927); metadata of most clouds
        "172.16.0.0/12",  # private use (RFC 1918)
        "192.0.0.0/24",  # IETF protocols (RFC 6890); metadata of Oracle's cloud
        "192.0.2.0/24",  # documentation (RFC 5737)
        "192.31.196.0/24",  # AS112 (RFC 7535)
        "192.52.193.0/24",  # multicast tunnels (RFC 7450)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "192.168.0.0/16",  # private use (RFC 1918)
        "192.175.48.0/24",  # AS112 (RFC 7534)
        "198.18.0.0/15",  # benchmarks (RFC 2544)
        "198.51.100.0/24",  # documentation (RFC 5737)
        "203.0.113.0/24",  # documentation (RFC 5737)
        "224.0.0.0/4",  # multicast (RFC 5771)
        "240.0.0.0/4",  # reserved (RFC 1112), with the broadcast address
    )
)

# RFC 4291, 2.4: public IPv6 addresses are assigned from this block. Everything outside is special:
# ::, ::1, IPv4 mapped and translated (::ffff:0:0/96, RFC 2765), 64:ff9b:1::/48 (RFC 8215),
# 100::/64 (RFC 6666), 5f00::/16 (RFC 9602), fc00::/7, fe80::/10, fec0::/10, ff00::/8.
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
SPECIAL_IPV6 = tuple(
    ipaddress.IPv6Network(block)
    for block in (
        "2001::/23",  # IETF protocols (RFC 2928): Teredo, ORCHID, benchmarks, drones
        "2001:db8::/32",  # documentation (RFC 3849)
        "2620:4f:8000::/48",  # AS112 (RFC 7534)
        "3fff::/20",  # documentation (RFC 9637)
    )
)

# IPv6 addresses that contain the IPv4 address to which packets go on.
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: in the last 32 bits
SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")  # RFC 3056: in bits 16 to 47
# RFC 5214, 6.1: an address of any network whose bits 64 to 95 are these, in the last 32.
ISATAP = {0x00005EFE, 0x02005EFE}


def is_public_address(text: str) -> bool:
    """True if a web server on the public internet may have this address.

    An IPv6 address with an IPv4 address inside is public only if both are. Raises ValueError if
    the text is no IP address.
    """
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, IPv4):
        return not any(address in block for block in SPECIAL_IPV4)
    embedded = embedded_ipv4(address)
    if embedded and not is_public_address(str(embedded)):
        return False
    if address in NAT64:
        return True
    return address in GLOBAL_UNICAST and not any(address in block for block in SPECIAL_IPV6)


def embedded_ipv4(address: IPv6) -> IPv4 | None:
    """The IPv4 address inside this IPv6 address, to which packets are forwarded; else None."""
    bits = int(address)
    if address in NAT64 or bits >> 32 & 0xFFFFFFFF in ISATAP:
        return IPv4(bits & 0xFFFFFFFF)
    if address in SIX_TO_FOUR:
        return IPv4(bits >> 80 & 0xFFFFFFFF)
    return None
