"""How often one caller may ask: counted in Redis, minute by minute or hour by hour."""

from __future__ import annotations

import math
import time

from django.core.cache import cache
from redis.exceptions import RedisError

A_MINUTE = 60
AN_HOUR = 60 * A_MINUTE


def seconds_to_wait(name: str, most: int, within: int = A_MINUTE) -> int:
    """Count a request under `name`; return 0 while there were at most `most` `within` so long.

    Beyond it, return the seconds until the next may come. The time begins with the first
    request. Nobody is kept out for want of Redis, and 0 for `most` is no limit.
    """
    if not most:
        return 0
    try:
        if cache.add(name, 0, within):
            cache.set(f"{name}:ends", time.time() + within, within)
        if int(cache.incr(name)) <= most:
            return 0
        ends = float(cache.get(f"{name}:ends") or 0)
    except (RedisError, ValueError, OSError):
        return 0
    return min(max(math.ceil(ends - time.time()), 1), within)
