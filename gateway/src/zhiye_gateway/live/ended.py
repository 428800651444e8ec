"""Whose access has ended although their access token has not expired yet.

Access tokens are checked by their signature alone. When a password was changed, a session ended
or an account revoked, the accounts service tells so on the bus, and for the ten minutes that a
token lives the gateway remembers it.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from dataclasses import dataclass

from zhiye_chassis.security import ACCESS_TOKEN_SECONDS, Principal
from zhiye_contracts.events import AccountChanged

_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class _Ended:
    before: float
    """Tokens issued before this are void; seconds since the epoch."""
    version: int
    """Of the account, as events may come in another order."""
    forget_at: float


class EndedAccess:
    """Takes every change of an account; ``holds`` tells whether a token is void."""

    def __init__(self) -> None:
        self._by_id: OrderedDict[str, _Ended] = OrderedDict()
        """By the id of an account or of a session."""

    def told(self, event: AccountChanged) -> None:
        if event.ended_session:
            self._keep(event.ended_session, math.inf, event.version)
        known = self._by_id.get(event.aggregate_id)
        if known is not None and known.version > event.version:
            return
        if event.status == "revoked":
            self._keep(event.aggregate_id, math.inf, event.version)
        elif event.tokens_not_before is not None:
            self._keep(event.aggregate_id, event.tokens_not_before.timestamp(), event.version)
        else:
            self._by_id.pop(event.aggregate_id, None)

    def _keep(self, whose: str, before: float, version: int) -> None:
        now = time.time()
        self._by_id[whose] = _Ended(before, version, now + ACCESS_TOKEN_SECONDS)
        self._by_id.move_to_end(whose)
        while len(self._by_id) > _KEPT or next(iter(self._by_id.values())).forget_at < now:
            self._by_id.popitem(last=False)

    def holds(self, principal: Principal) -> bool:
        """Whether this token is void. One issued in the second of the change is good: that may
        be the new one."""
        return any(
            principal.issued_at + 1 <= ended.before
            for whose in (principal.account_id, principal.session_id)
            if (ended := self._by_id.get(whose)) is not None
        )
