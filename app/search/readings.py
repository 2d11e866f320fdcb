"""The ways in which a typed place can be read: name, qualifiers, address. Pure."""

from __future__ import annotations

from dataclasses import dataclass

# Short forms that names are written with, and what they may stand for.
_SHORT = {
    "st": ("saint", "sankt", "sint"),
    "ste": ("sainte",),
    "saint": ("st", "sankt"),
    "sankt": ("st",),
    "mt": ("mount",),
    "ft": ("fort",),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the text.

    :param is_guess: whether the qualifiers were only guessed to be such, so that
        each of them must fit or the reading is wrong
    """

    name: str
    qualifiers: tuple[str, ...]
    is_exact: bool = True
    is_guess: bool = False


def readings(parts: list[str]) -> list[Reading]:
    """Return the ways to read the text, likeliest first.

    As it is; its last word or two as a qualifier ("paris tx"); then as an address,
    whose town stands after the street and beside a postal code, perhaps with its
    country ("75004 paris france").
    """
    words = parts[0].split()
    found = [Reading(parts[0], tuple(parts[1:]))]
    if len(parts) == 1:
        found += [
            Reading(" ".join(words[:-size]), (" ".join(words[-size:]),), is_guess=True)
            for size in (1, 2)
            if len(words) > size
        ]
    found += [
        Reading(without_codes(part), tuple(parts[index + 1 :]), is_exact=False)
        for index, part in enumerate(parts[1:], 1)
    ]
    rest = tuple(parts[1:])
    tail = _after_last_code(words)
    if tail and len(tail) < len(words):
        found.append(Reading(" ".join(tail), rest, is_exact=False))
        found.append(
            Reading(" ".join(tail[:-1]), (*rest, tail[-1]), False, is_guess=True)
        )
    plain = without_codes(parts[0]).split()
    for size in range(min(3, len(plain)), 0, -1):
        for some in (plain[-size:], plain[:size]):
            found.append(Reading(" ".join(some), rest, is_exact=False))
    return [reading for reading in found if reading.name]


def _after_last_code(words: list[str]) -> list[str]:
    """Return the words after the last one that holds a digit."""
    codes = [number for number, word in enumerate(words) if _has_digit(word)]
    return words[codes[-1] + 1 :] if codes else []


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
