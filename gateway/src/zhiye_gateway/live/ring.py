"""The last events that were told, so that a client who was away can go on where it was."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from itertools import takewhile

from zhiye_chassis.ids import new_id
from zhiye_gateway.live.telling import Audience, Message


class Ring:
    """At most ``size`` messages in all, found again by audience.

    Every stream is told the id of the newest message with each heartbeat, also when that message
    was for somebody else; so the id a client comes back with is unknown only when it was away for
    longer than the ring reaches, or when the gateway was started anew.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._number = 0
        self._messages: deque[Message] = deque()
        self._numbers: dict[str, int] = {}
        self._by_audience: defaultdict[Audience, deque[tuple[int, Message]]] = defaultdict(deque)
        self.append(Message(new_id(), frozenset(), b""))

    @property
    def position(self) -> str:
        """The id of the newest message."""
        return self._messages[-1].id

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._numbers

    def append(self, message: Message) -> None:
        self._number += 1
        self._messages.append(message)
        self._numbers[message.id] = self._number
        for audience in message.audiences:
            self._by_audience[audience].append((self._number, message))
        if len(self._messages) > self._size + 1:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        oldest = self._messages.popleft()
        del self._numbers[oldest.id]
        for audience in oldest.audiences:
            rest = self._by_audience[audience]
            rest.popleft()
            if not rest:
                del self._by_audience[audience]

    def after(self, message_id: str, audiences: Iterable[Audience]) -> list[Message] | None:
        """What these audiences were told since, in order; ``None`` when that is not known."""
        since = self._numbers.get(message_id)
        if since is None:
            return None
        found: dict[int, Message] = {}
        for audience in audiences:
            if audience in self._by_audience:
                newer = reversed(self._by_audience[audience])
                found.update(takewhile(lambda entry: entry[0] > since, newer))
        return [found[number] for number in sorted(found)]
