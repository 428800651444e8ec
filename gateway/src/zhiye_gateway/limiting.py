"""How often an account and an address may ask, per class of route."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from typing import Literal

import limits
from limits.aio.storage import Storage
from limits.aio.strategies import FixedWindowRateLimiter

from zhiye_gateway import refusals
from zhiye_gateway.settings import LIMIT_CLASSES, GatewaySettings, LimitClass

Kind = Literal["account", "address"]


class BoundedCounters(Storage):
    """Counters in memory, at most ``size`` of them; the oldest makes room.

    The library's own memory storage walks through all its counters again and again and knows no
    bound, so that requests from many addresses would cost time and memory without end.
    """

    STORAGE_SCHEME = None

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size
        self._counters: OrderedDict[str, tuple[float, int]] = OrderedDict()

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now = time.time()
        counter = self._counters.get(key)
        if counter is not None and counter[0] > now:
            count = counter[1] + amount
            self._counters[key] = (counter[0], count)
            return count
        self._counters[key] = (now + expiry, amount)
        self._counters.move_to_end(key)
        if len(self._counters) > self._size:
            self._counters.popitem(last=False)
        return amount

    async def get(self, key: str) -> int:
        expires, count = self._counters.get(key, (0.0, 0))
        return count if expires > time.time() else 0

    async def get_expiry(self, key: str) -> float:
        return self._counters.get(key, (time.time(), 0))[0]

    async def check(self) -> bool:
        return True

    async def reset(self) -> int:
        count = len(self._counters)
        self._counters.clear()
        return count

    async def clear(self, key: str) -> None:
        self._counters.pop(key, None)


class Limits:
    """Counts requests in fixed windows. Accounts and addresses have counters of their own, so
    that a flood of addresses cannot push an account's counter out."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._limiters: dict[Kind, FixedWindowRateLimiter] = {
            "account": FixedWindowRateLimiter(BoundedCounters(settings.limit_counters)),
            "address": FixedWindowRateLimiter(BoundedCounters(settings.limit_counters)),
        }
        self._rates: dict[tuple[Kind, LimitClass], limits.RateLimitItem] = {}
        for kind in self._limiters:
            for limit_class in LIMIT_CLASSES:
                rate: str = getattr(settings, f"{limit_class}_per_{kind}")
                if rate:
                    self._rates[kind, limit_class] = limits.parse(rate)

    async def hit(self, kind: Kind, limit_class: LimitClass, who: str) -> None:
        """Count one request; ``Refused`` (429) with the seconds to wait when it is too many."""
        rate = self._rates.get((kind, limit_class))
        if rate is None:
            return
        limiter = self._limiters[kind]
        if not await limiter.hit(rate, limit_class, who):
            stats = await limiter.get_window_stats(rate, limit_class, who)
            raise refusals.too_many(kind, max(1, math.ceil(stats.reset_time - time.time())))
