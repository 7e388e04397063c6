"""How a token's secret is kept: only as its hash."""

import hashlib


def digest_of(secret: str) -> str:
    """Return the hash under which a token is stored and found."""
    return hashlib.sha256(secret.encode()).hexdigest()
