"""What happened, told upward: rooms publish after commit, rooms above listen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of everything that happened, named in the past tense."""


E = TypeVar("E", bound=Event)


class EventBus:
    """Hands each published event to the listeners of its exact class, in order."""

    def __init__(self) -> None:
        self._listeners: dict[type[Event], list[Callable[[Any], None]]] = defaultdict(
            list
        )

    def subscribe(self, kind: type[E], listener: Callable[[E], None]) -> None:
        """Call ``listener`` for every later event of exactly this class."""
        self._listeners[kind].append(listener)

    def publish(self, event: Event) -> tuple[Exception, ...]:
        """Tell every listener; one that fails does not silence the others.

        :returns: the exceptions raised, for the caller to log
        """
        failures: list[Exception] = []
        for listener in self._listeners[type(event)]:
            try:
                listener(event)
            except Exception as failure:
                failures.append(failure)
        return tuple(failures)
