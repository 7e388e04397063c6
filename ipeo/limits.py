"""How often one caller may ask: counted minute by minute in Redis."""

from __future__ import annotations

import math
import time

from django.core.cache import cache
from redis.exceptions import RedisError

A_MINUTE = 60


def seconds_to_wait(name: str, most: int) -> int:
    """Count a request under `name`; return 0 while there were at most `most` within a minute.

    Beyond it, return the seconds until the next may come. The minute begins with the first
    request. Nobody is kept out for want of Redis, and 0 for `most` is no limit.
    """
    if not most:
        return 0
    try:
        if cache.add(name, 0, A_MINUTE):
            cache.set(f"{name}:ends", time.time() + A_MINUTE, A_MINUTE)
        if int(cache.incr(name)) <= most:
            return 0
        ends = float(cache.get(f"{name}:ends") or 0)
    except (RedisError, ValueError, OSError):
        return 0
    return min(max(math.ceil(ends - time.time()), 1), A_MINUTE)
