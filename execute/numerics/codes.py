"""Short codes that people copy and scan: base58, without the letters that look alike."""

from __future__ import annotations

import hmac
import secrets

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# 58^10 is 4.3e17: with a million links, a guess in 430 thousand million finds one.
CODE_LENGTH = 10
SIGNATURE_BYTES = 8
_PLACES = {letter: place for place, letter in enumerate(ALPHABET)}


def new_code(length: int = CODE_LENGTH) -> str:
    """Return a code that cannot be guessed from others."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def encode(number: int) -> str:
    """Return a number, not negative, in base58."""
    digits = ""
    while number:
        number, place = divmod(number, 58)
        digits = ALPHABET[place] + digits
    return digits or ALPHABET[0]


def decode(text: str) -> int | None:
    """Return the number that a text in base58 stands for; None where it is no such text."""
    number = 0
    for letter in text:
        place = _PLACES.get(letter)
        if place is None:
            return None
        number = number * 58 + place
    return number if text else None


def sign(number: int, *, about: str, key: bytes) -> str:
    """Return a number with its signature, in base58; it holds only together with `about`."""
    return encode(number << (8 * SIGNATURE_BYTES) | _signature(number, about, key))


def read_signed(text: str, *, about: str, key: bytes) -> int | None:
    """Return the number in a signed text, or None where the signature does not hold."""
    both = decode(text) if len(text) <= 24 else None
    if both is None:
        return None
    number, signature = both >> (8 * SIGNATURE_BYTES), both & ((1 << 8 * SIGNATURE_BYTES) - 1)
    if number >= 1 << 63 or text != encode(both):
        return None
    wanted = _signature(number, about, key)
    same = hmac.compare_digest(signature.to_bytes(8, "big"), wanted.to_bytes(8, "big"))
    return number if same else None


def _signature(number: int, about: str, key: bytes) -> int:
    digest = hmac.digest(key, f"{about}:{number}".encode(), "sha256")
    return int.from_bytes(digest[:SIGNATURE_BYTES], "big")
