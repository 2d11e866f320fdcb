"""The journal under power cuts at random operations, several in a row."""

import random

import pytest
from lib.journal import Journal

from tests.firmware.nor import NorFlash, PowerCut
from tests.firmware.test_journal import Truth, check, mint, use


@pytest.mark.parametrize("seed", range(40))
def test_no_durable_record_is_lost_whenever_the_power_fails(seed: int) -> None:
    chance = random.Random(seed)
    flash = NorFlash(sectors=chance.choice([3, 4, 8]))
    flash.chance = chance
    journal = Journal(flash, mint)
    truth = Truth()

    for _ in range(25):
        flash.cut_after = chance.randrange(40)
        try:
            while True:
                use(journal, truth, chance)
        except PowerCut:
            journal = mount(flash, chance)
        check(journal, truth)
        truth.last, truth.acked = journal.last, journal.acked
        truth.state = journal.state


def mount(flash: NorFlash, chance: random.Random) -> Journal:
    """Mount after a cut; another cut may hit while the box starts."""
    flash.cut_after = chance.randrange(3)
    try:
        return Journal(flash, mint)
    except PowerCut:
        flash.cut_after = None
        return Journal(flash, mint)


def test_a_cut_while_formatting_leaves_a_journal_that_formats_again() -> None:
    for operation in range(2):
        flash = NorFlash()
        flash.cut_after = operation
        with pytest.raises(PowerCut):
            Journal(flash, mint)
        flash.cut_after = None

        assert Journal(flash, mint).append([lambda seq: b"x"]) == 1


@pytest.mark.parametrize("seed", range(10))
def test_a_cut_at_an_overflow_still_counts_what_was_dropped(seed: int) -> None:
    chance = random.Random(seed)
    flash = NorFlash(sectors=3)
    flash.chance = chance
    journal = Journal(flash, mint)
    for _ in range(60):
        flash.cut_after = chance.randrange(20)
        try:
            for _ in range(20):
                journal.append([lambda seq: b"reading-%d" % seq])
        except PowerCut:
            flash.cut_after = None
            journal = Journal(flash, mint)

        kept = journal.after(0, 1000, 1 << 20)
        numbers = [seq for seq, _ in kept]
        assert numbers == list(range(journal.dropped + 1, journal.last + 1))
