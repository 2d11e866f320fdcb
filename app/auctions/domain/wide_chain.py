"""The chain of a very large book: its rises as columns, most of its work on arrays.

NumPy is imported where it is needed and not before, for a web request never does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from app.auctions.domain.potentials import Chain, Edge, Span

if TYPE_CHECKING:
    from numpy import bool_, int64
    from numpy.typing import NDArray

    Numbers = NDArray[int64]
    Flags = NDArray[bool_]


def order_of(keys: Numbers) -> Numbers:
    """Return the places in order of the keys; equal keys keep their order."""
    import numpy as np

    count = len(keys)
    # Sorting numbers is several times faster than sorting places by numbers.
    return np.sort(keys * count + np.arange(count)) % max(count, 1)


class Rises(NamedTuple):
    """Rises as arrays."""

    starts: Numbers
    ends: Numbers
    bys: Numbers

    def only(self, which: Numbers | Flags) -> Rises:
        """Return some of them, or all in another order."""
        return Rises(self.starts[which], self.ends[which], self.bys[which])


class WideChain(Chain):
    """A chain that keeps its rises as columns."""

    def __init__(self, nodes: int, columns: Rises, spans: list[Span]) -> None:
        self._columns = columns
        self._lists = [column.tolist() for column in columns]
        super().__init__(nodes, [], spans)

    @classmethod
    def joined(cls, nodes: int, rises: Rises, spans: list[Span]) -> WideChain:
        """Return a chain of these rises, in any order, in which nothing falls."""
        import numpy as np

        steps = np.arange(1, nodes)
        return cls._sorted(
            nodes,
            Rises(
                np.append(rises.starts, steps - 1),
                np.append(rises.ends, steps),
                np.append(rises.bys, np.zeros_like(steps)),
            ),
            spans,
        )

    @classmethod
    def _sorted(cls, nodes: int, rises: Rises, spans: list[Span]) -> WideChain:
        return cls(nodes, rises.only(order_of(rises.ends)), spans)

    def mirrored(self) -> WideChain:
        """Return the chain as seen from the right: its node 0 is the last one here."""
        last = self.nodes - 1
        starts, ends, bys = self._columns
        spans = [(last - end, last - start) for start, end in self.spans]
        return self._sorted(self.nodes, Rises(last - ends, last - starts, bys), spans)

    def narrowed(self, low: Sequence[int], high: Sequence[int]) -> WideChain:
        """Return the chain for potentials within bounds that make some rises anyway."""
        import numpy as np

        starts, ends, bys = self._columns
        is_needed = np.array(high)[starts] + bys > np.array(low)[ends]
        is_needed |= starts + 1 == ends
        return WideChain(self.nodes, self._columns.only(is_needed), self.spans)

    def rises_into(self, after: int, to: int) -> Iterable[Edge]:
        """Return the rises that end behind one node and not behind another."""
        part = slice(self.until[after], self.until[to])
        starts, ends, bys = self._lists
        return zip(starts[part], ends[part], bys[part], strict=True)

    def _count_ends(self) -> list[int]:
        import numpy as np

        ending = np.bincount(self._columns.ends, minlength=self.nodes)
        until: list[int] = np.cumsum(ending).tolist()
        return until
