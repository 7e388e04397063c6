"""Requests that this installation makes to addresses which its users type.

Such an address could name a machine inside our own network. So the name is resolved here, every
address it has must be a public one, and the connection is made to the address that was looked
at: a second look-up could give another. No redirect is followed and no proxy is asked.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import httpx
from django.conf import settings

SECONDS = 10.0
MOST_BYTES = 64 * 1024
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48")


class AddressRefused(Exception):
    """Nothing is sent to such an address."""


class NoAnswer(Exception):
    """The other side could not be reached, or did not answer in time."""


@dataclass(frozen=True)
class Answer:
    """What came back: the status, and the beginning of the body as text."""

    status: int
    text: str


def check_address(url: str) -> httpx.URL:
    """Return an address that may be asked; raises `AddressRefused` with the reason.

    Only its form is looked at here; where its name leads is looked at with each request.
    """
    try:
        address = httpx.URL(url)
        port = address.port
    except (httpx.InvalidURL, ValueError):
        raise AddressRefused("This is not an address.") from None
    if any(letter <= " " or letter == "\x7f" for letter in url):
        raise AddressRefused("An address cannot contain spaces or line breaks.")
    if address.scheme not in ({"https", "http"} if settings.WEBHOOK_PRIVATE else {"https"}):
        raise AddressRefused("The URL must start with https://.")
    if not address.host or address.userinfo:
        raise AddressRefused("The address must name a site, without a user name or password.")
    if port is not None and not 0 < port < 65536:
        raise AddressRefused("This is not a port.")
    _literal(address.host)
    return address


def _literal(host: str) -> None:
    """Refuse an address written in digits that is not public."""
    try:
        _demand_public(host)
    except ValueError:
        return


def _demand_public(text: str) -> None:
    """Raise `AddressRefused` for an address inside a network; `ValueError` for a name."""
    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in network for network in _TRANSLATED) or address.teredo:
            raise AddressRefused("The URL is not public.")
        address = address.ipv4_mapped or address.sixtofour or address
    public = address.is_global and not address.is_multicast and not address.is_reserved
    if not public and not settings.WEBHOOK_PRIVATE:
        raise AddressRefused("The URL is not public.")


def _resolved(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NoAnswer(f"{host} could not be found.") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        _demand_public(address)
    return addresses


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send a body and return the answer, whatever its status.

    Raises `AddressRefused` or `NoAnswer`.
    """
    wanted = check_address(url)
    port = wanted.port or (443 if wanted.scheme == "https" else 80)
    deadline = time.monotonic() + SECONDS
    problem = NoAnswer("It could not be reached.")
    for address in _resolved(wanted.raw_host.decode("ascii"), port):
        try:
            return _ask(wanted, address, body, headers, deadline)
        except httpx.ConnectError as error:
            problem = NoAnswer(_why(error))
        except httpx.TimeoutException:
            raise NoAnswer(f"It did not respond within {SECONDS:.0f} seconds.") from None
        except httpx.HTTPError as error:
            raise NoAnswer(_why(error)) from None
    raise problem


def _ask(
    wanted: httpx.URL, address: str, body: bytes, headers: Mapping[str, str], deadline: float
) -> Answer:
    left = max(deadline - time.monotonic(), 0.1)
    host = wanted.netloc.decode("ascii")
    with (
        httpx.Client(verify=_certificates(), trust_env=False, timeout=left) as client,
        client.stream(
            "POST",
            wanted.copy_with(host=address),
            content=body,
            headers={**headers, "Host": host, "Accept-Encoding": "identity"},
            # The certificate is held against the name that was typed.
            extensions={"sni_hostname": wanted.raw_host.decode("ascii")},
        ) as answer,
    ):
        read = bytearray()
        for piece in answer.iter_raw():
            read += piece
            if len(read) >= MOST_BYTES:
                break
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("slow")
        text = bytes(read[:MOST_BYTES]).decode(answer.encoding or "utf-8", "replace")
        return Answer(answer.status_code, text.replace("\x00", "�"))


def _why(error: httpx.HTTPError) -> str:
    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "Its certificate is not valid."
    if "refused" in text:
        return "The connection was refused."
    return f"The connection failed: {text[:150]}" if text else "The connection failed."


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)
