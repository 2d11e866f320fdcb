"""The journal on a NOR model: nothing durable is lost, whenever the power fails."""

import random
from collections.abc import Callable, Iterable

import pytest
from lib.journal import Journal, JournalError

from tests.firmware.nor import NorFlash, PowerCut


def mint() -> int:
    """The id of a new journal, as a test knows it."""
    return 515928287


def text(words: Iterable[str]) -> list[Callable[[int], bytes]]:
    """Return record makers whose payload names the sequence number."""
    return [lambda seq, word=word: f"{word}:{seq}".encode() for word in words]


def fill(journal: Journal, count: int) -> None:
    """Append records one by one."""
    for _ in range(count):
        journal.append(text(["reading-of-some-length"]))


def test_a_new_journal_is_empty_and_named() -> None:
    journal = Journal(NorFlash(), mint)

    assert journal.id == mint()
    assert (journal.last, journal.acked, journal.dropped) == (0, 0, 0)
    assert journal.after(0, 25, 4096) == []


def test_sequence_numbers_start_at_one_and_have_no_gap() -> None:
    journal = Journal(NorFlash(), mint)

    last = journal.append(text("ab")) + journal.append(text("c"))

    assert last == 2 + 3
    rows = journal.after(0, 25, 4096)
    assert rows == [(1, b"a:1"), (2, b"b:2"), (3, b"c:3")]


def test_records_state_and_acknowledgement_survive_a_restart() -> None:
    flash = NorFlash()
    journal = Journal(flash, mint)
    journal.append(text("abc"), state=b'{"ctr":41}')
    journal.ack(2)

    again = Journal(flash, lambda: pytest.fail("formatted again"))

    assert (again.id, again.last, again.acked) == (mint(), 3, 2)
    assert again.state == b'{"ctr":41}'
    assert again.after(2, 25, 4096) == [(3, b"c:3")]


@pytest.mark.parametrize("seq", [0, -1, 4, 10**9])
def test_a_nonsensical_acknowledgement_frees_nothing(seq: int) -> None:
    journal = Journal(NorFlash(), mint)
    journal.append(text("abc"))

    assert journal.ack(seq) is False
    assert journal.acked == 0


def test_an_older_acknowledgement_changes_nothing() -> None:
    journal = Journal(NorFlash(), mint)
    journal.append(text("abc"))
    journal.ack(3)

    assert journal.ack(2) is False
    assert journal.acked == 3


def test_batches_are_bounded_by_count_and_by_size() -> None:
    journal = Journal(NorFlash(), mint)
    fill(journal, 10)
    size = len(journal.after(0, 1, 4096)[0][1]) + 1

    assert len(journal.after(0, 4, 4096)) == 4
    assert len(journal.after(0, 25, 3 * size)) == 3
    # A single record larger than the bound still goes out, or nothing ever would.
    assert len(journal.after(0, 25, 1)) == 1


def test_reading_goes_on_where_it_stopped_and_rewinds() -> None:
    journal = Journal(NorFlash(sectors=8), mint)
    fill(journal, 30)

    forward = [journal.after(seq, 5, 4096) for seq in range(0, 30, 5)]
    back = journal.after(7, 3, 4096)

    assert [seq for rows in forward for seq, _ in rows] == list(range(1, 31))
    assert [seq for seq, _ in back] == [8, 9, 10]


def test_the_ring_reuses_acknowledged_sectors_without_loss() -> None:
    flash = NorFlash()
    journal = Journal(flash, mint)

    for seq in range(1, 500):
        fill(journal, 1)
        assert journal.after(seq - 1, 1, 4096)[0][0] == seq
        journal.ack(seq)

    assert journal.dropped == 0
    assert flash.erases > 10
    assert Journal(flash, mint).last == 499


def test_an_overflow_drops_the_oldest_and_counts_every_one() -> None:
    flash = NorFlash()
    journal = Journal(flash, mint)

    fill(journal, 200)

    first = journal.after(0, 1, 4096)[0][0]
    assert journal.dropped == first - 1 > 0
    again = Journal(flash, mint)
    assert again.dropped == journal.dropped
    assert again.after(0, 1, 4096)[0][0] == first


def test_the_state_is_carried_round_the_ring() -> None:
    flash = NorFlash()
    journal = Journal(flash, mint)
    journal.append([], state=b'{"ses":["S1"]}')

    fill(journal, 200)

    assert Journal(flash, mint).state == b'{"ses":["S1"]}'


def test_an_unchanged_state_is_not_written_again() -> None:
    flash = NorFlash()
    journal = Journal(flash, mint)
    journal.append([], state=b"x" * 100)
    before = bytes(flash.cells)

    journal.append([], state=b"x" * 100)

    assert bytes(flash.cells) == before


def test_the_next_sector_is_erased_ahead_only_when_that_loses_nothing() -> None:
    flash = NorFlash()
    journal = Journal(flash, mint)

    assert journal.prepare() is True
    assert journal.prepare() is False
    while journal.dropped == 0:
        fill(journal, 1)
    dropped = journal.dropped
    assert journal.prepare() is False
    journal.ack(journal.last)
    assert journal.prepare() is True
    fill(journal, 10)
    assert journal.dropped == dropped
    assert Journal(flash, mint).last == journal.last


def test_a_record_over_the_cap_is_refused() -> None:
    journal = Journal(NorFlash(sector_bytes=4096), mint)

    with pytest.raises(JournalError):
        journal.append([lambda seq: b"x" * 1025])


def test_a_record_that_rots_on_flash_is_noticed() -> None:
    flash = NorFlash()
    journal = Journal(flash, mint)
    journal.append(text("abc"))
    at = bytes(flash.cells).index(b"b:2")
    flash.cells[at] = 0

    with pytest.raises(JournalError):
        journal.after(0, 25, 4096)


@pytest.mark.parametrize("seed", range(8))
def test_a_failed_operation_seals_the_sector_in_the_running_box(seed: int) -> None:
    flash = NorFlash()
    flash.chance = random.Random(seed)
    journal = Journal(flash, mint)
    journal.append(text("a"))
    flash.cut_after = 0
    with pytest.raises(PowerCut):
        journal.append(text("b"))
    flash.cut_after = None

    journal.append(text("c"))

    again = Journal(flash, mint)
    assert again.last == journal.last
    assert again.after(0, 25, 4096)[0] == (1, b"a:1")
    assert again.after(0, 25, 4096)[-1][1].startswith(b"c:")


class Truth:
    """What the box was told is durable; the journal must never know less."""

    def __init__(self) -> None:
        self.last = 0
        self.acked = 0
        self.state = b""
        self.tried_state = b""


def use(journal: Journal, truth: Truth, chance: random.Random) -> None:
    """One random operation; `truth` is raised only after it has returned."""
    what = chance.randrange(10)
    if what < 6:
        words = ["m" * chance.randrange(1, 60)] * chance.randrange(1, 4)
        truth.tried_state = b"%d" % chance.randrange(10**6)
        state = truth.tried_state if what == 0 else None
        truth.last = journal.append(text(words), state)
        if state is not None:
            truth.state = state
    elif what < 9 and truth.last:
        seq = chance.randrange(max(1, truth.acked), truth.last + 1)
        if journal.ack(seq):
            truth.acked = seq
    else:
        journal.prepare()


def check(journal: Journal, truth: Truth) -> None:
    """Compare a journal that was mounted after a cut with what it had promised."""
    assert journal.id == mint()
    assert truth.last <= journal.last <= truth.last + 3
    assert truth.acked <= journal.acked <= journal.last
    assert journal.state in (truth.state, truth.tried_state)
    rows = []
    seq = journal.acked
    while found := journal.after(seq, 25, 4096):
        rows += found
        seq = found[-1][0]
    numbers = [number for number, _ in rows]
    assert numbers == list(range(journal.last - len(rows) + 1, journal.last + 1))
    assert all(payload.endswith(b":%d" % number) for number, payload in rows)
    missing = journal.last - len(rows) - journal.acked
    assert missing == 0 or journal.dropped >= missing
