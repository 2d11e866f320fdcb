"""The ways in which a typed place can be read: name, qualifiers, address. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

# Short forms that names are written with, and what they may stand for.
_SHORT = {
    "st": ("saint", "sankt", "sint"),
    "ste": ("sainte",),
    "saint": ("st", "sankt"),
    "sankt": ("st",),
    "mt": ("mount",),
    "ft": ("fort",),
}


# A single word of an address stands for a town only if the town is of this size.
REAL_SIZE = 50_000
# Words of three letters are mostly codes of airports ("the", "del", "via").
_HUGE_SIZE = 3_000_000
_SHORTEST_WORD = 3
# What says that the words beside it name a street, before them or after them.
_BEFORE = """
via viale piazza corso rue avenue av boulevard place chemin calle avenida plaza paseo
rua praca ul ulica ulitsa street platz am an der
"""
_AFTER = """
street st road rd avenue ave lane ln drive dr way square court boulevard blvd str
strasse platz weg allee ring damm ufer gade vej gata gatan vag straat laan plein place
close crescent terrace highway
"""
_BETWEEN = "de du des del della dei di da do dos la le les l d of the"
_STREET_BEFORE = frozenset(_BEFORE.split())
_STREET_AFTER = frozenset(_AFTER.split())
_JOINTS = frozenset(_BETWEEN.split())
# Postal codes of five or more digits, or like "SW1A" and "1AA" of "SW1A 1AA".
_CODE = re.compile(r"\d{5,}|[a-z]{1,2}\d[a-z\d]?|\d[a-z]{2}|[a-z]\d[a-z]|\d[a-z]\d")
# Where four digits are no postal code, but a house number ("1500 Broadway").
_NO_FOUR_DIGITS = frozenset({"US", "CA", "GB", "IE"})
_ORDINAL = re.compile(r"\d+(st|nd|rd|th)")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the text.

    :param is_guess: whether the qualifiers were only guessed to be such, so that
        each of them must fit or the reading is wrong
    :param may_go_on: whether the name may be only the beginning of a place's name
    :param smallest: how many people at least live in a place that can be meant
    :param not_in: countries where such an address cannot be
    """

    name: str
    qualifiers: tuple[str, ...]
    is_exact: bool = True
    is_guess: bool = False
    may_go_on: bool = False
    smallest: int = 0
    not_in: frozenset[str] = frozenset()


def readings(parts: list[str]) -> list[Reading]:
    """Return the ways to read the text as a name with qualifiers, likeliest first.

    As it is; its last word or two as a qualifier ("paris tx"); then as an address,
    whose town is a part after a comma or stands beside a postal code, perhaps with its
    country ("75004 paris france"). None of these is a guess from a piece of a name.
    """
    first, rest = parts[0], tuple(parts[1:])
    words = first.split()
    found = [Reading(first, rest, is_guess=True, may_go_on=True)]
    if not rest:
        found += _split(first, (), is_exact=True)
    towns = [
        (without_codes(part), tuple(parts[index:]))
        for index, part in enumerate(rest, 2)
    ]
    found += [Reading(*town, False, is_guess=True) for town in towns if town[1]]
    # What fits nothing must not hide a city; of the smaller ones the last part knows
    # better ("Broadway, New York").
    for smallest in (REAL_SIZE, 0):
        found.append(Reading(first, rest, False, smallest=smallest))
        for name, after in towns:
            found.append(Reading(name, after, False, smallest=smallest))
            found += _split(name, after, smallest=smallest)
    numbers = not any(_CODE.fullmatch(word) for word in words)
    for town in _beside_codes(words):
        beside = [Reading(town, rest, is_exact=False), *_split(town, rest)]
        found += [
            replace(each, not_in=_NO_FOUR_DIGITS) if numbers else each
            for each in beside
        ]
    return [reading for reading in found if reading.name]


def _split(
    name: str, after: tuple[str, ...], *, is_exact: bool = False, smallest: int = 0
) -> list[Reading]:
    """Return the readings whose last word or two say where the name is."""
    words = name.split()
    return [
        Reading(
            " ".join(words[:-size]),
            (" ".join(words[-size:]), *after),
            is_exact,
            is_guess=True,
            # "san fran ca"; one word alone may begin far too many names.
            may_go_on=is_exact and len(words) - size > 1,
            smallest=smallest,
        )
        for size in (1, 2)
        if len(words) > size
    ]


def ends(text: str, rest: tuple[str, ...]) -> tuple[list[Reading], list[Reading]]:
    """Return the readings by the first words and by the last, longest first.

    Only a town of real size is meant so. Words beside a house number or a word such as
    "street" are the street's own name ("London Road 5", "Via Roma").
    """
    words = [word for word in text.split() if not _is_code(word)]
    heads, tails = [], []
    for size in range(min(4, len(words) - 1), 0, -1):
        head, after = words[:size], words[size:]
        if head[0] not in _STREET_BEFORE and after[0] not in _STREET_AFTER:
            heads.append(_end(head, rest))
        before, tail = words[:-size], words[-size:]
        if not _is_only_street(before) and tail[0] not in _JOINTS:
            tails.append(_end(tail, rest))
    return [each for each in heads if each], [each for each in tails if each]


def _end(words: list[str], rest: tuple[str, ...]) -> Reading | None:
    name = " ".join(words)
    if len(name) < _SHORTEST_WORD or any(map(_has_digit, words)):
        return None
    smallest = _HUGE_SIZE if len(name) == _SHORTEST_WORD else REAL_SIZE
    return Reading(name, rest, is_exact=False, smallest=smallest)


def _is_only_street(words: list[str]) -> bool:
    """Return whether a street's name is still missing after these words."""
    named = [
        word
        for word in words
        if word not in _JOINTS and (not _has_digit(word) or _ORDINAL.fullmatch(word))
    ]
    return words[-1] in _JOINTS or (len(named) == 1 and named[0] in _STREET_BEFORE)


def _beside_codes(words: list[str]) -> list[str]:
    """Return the words after the last postal code, and those before the first one."""
    found = []
    codes = [number for number, word in enumerate(words) if _is_code(word)]
    if codes:
        found = [" ".join(words[codes[-1] + 1 :]), " ".join(words[: codes[0]])]
    return [without_codes(town) for town in found if not _has_digit(town)]


def _is_code(word: str) -> bool:
    # Four digits can be a house number too, but hardly one of another kind of word.
    is_four = len(word) == 4 and word.isdigit()
    return is_four or bool(_CODE.fullmatch(word) and not _ORDINAL.fullmatch(word))


def _has_digit(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


def spellings(name: str) -> tuple[str, ...]:
    """Return the name and how else it may be written ("st denis", "saint denis")."""
    words = name.split()
    found = [name]
    for number, word in enumerate(words[:4]):
        for other in _SHORT.get(word, ()):
            found.append(" ".join((*words[:number], other, *words[number + 1 :])))
    return tuple(found)


def without_codes(part: str) -> str:
    """Return the words of an address line that can be a town's name."""
    words = [word for word in part.split() if not _has_digit(word)]
    while len(words) > 1 and len(words[-1]) == 1:
        words.pop()  # "København K" and its like name a postal district.
    return " ".join(words)
