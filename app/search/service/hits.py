"""Puts what the finder has found into frozen values: cards of the list, map pins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.chargers.domain import small_key
from app.kernel.geo import Point
from app.kernel.period import Period
from app.kernel.slots import start_of
from app.search.domain import Query, Span, by_words, in_at, walk_min
from app.search.service import reading
from app.search.service.finder import Finder, Served
from app.search.service.reading import Candidate
from app.search.service.views import Hit, MapPoint
from app.search.service.when import Free, FreeWords, slots_of_s

Names = dict[int, tuple[str, str]]


class Words:
    """Describes the chargers of one search; what many share is worked out once."""

    def __init__(self, query: Query, finder: Finder, now: datetime) -> None:
        self._query = query
        self._finder = finder
        self._now = now
        self._spans: dict[tuple[str, int, int], Span | None] = {}

    def hits(self, found: Sequence[Served], names: Names) -> tuple[Hit, ...]:
        """Return the chargers as the list shows them."""
        finder = self._finder
        free = finder.time.words(
            [(each.at, each.free) for each in found], finder.costs.length_s
        )
        photos = reading.first_photos(each.at.location_id for each in found)
        return tuple(
            self._hit(
                each,
                words,
                names[each.at.location_id],
                photos.get(each.at.location_id),
            )
            for each, words in zip(found, free, strict=True)
        )

    def points(self, found: Sequence[Served], names: Names) -> tuple[MapPoint, ...]:
        """Return the chargers as the map shows them."""
        return tuple(self._point(each, names[each.at.location_id]) for each in found)

    def _point(self, found: Served, name: tuple[str, str]) -> MapPoint:
        at, free = found
        charge = self._finder.costs.charge(at, free)
        return MapPoint(
            at.evse_id,
            name[0],
            at.lat,
            at.lon,
            charge.total_minor,
            at.currency,
            charge.energy_wh,
            # Free for the time that was asked for, or else right now.
            self._query.time is not None or free.is_now,
            at.is_request,
            self._span(at, free),
        )

    def _hit(
        self, found: Served, words: FreeWords, name: tuple[str, str], photo: str | None
    ) -> Hit:
        at, first_slot = found.at, found.free.first_slot
        costs = self._finder.costs
        return Hit(
            charger_id=at.evse_id,
            name=name[0],
            city=name[1],
            point=Point(at.lat, at.lon),
            distance_m=at.distance_m,
            walk_min=walk_min(at.distance_m),
            time_zone=at.zone,
            fit=costs.fit(at),
            charge=costs.charge(at, found.free),
            energy_milli_per_kwh=at.energy_milli,
            time_milli_per_hour=costs.hourly_milli(at, found.free),
            is_auctioned=costs.is_auctioned(at),
            is_request=at.is_request,
            free_text=words.text,
            is_free=self._query.time is not None or words.is_now,
            begins_at=start_of(first_slot),
            ends_text=self._ends_text(found, words.end_slot),
            span=self._span(at, found.free),
            photo_key=small_key(photo) if photo else None,
        )

    def _ends_text(self, found: Served, end_slot: int) -> str:
        """Return when the energy is in; nothing where the free time ends before."""
        at, free = found
        charge = self._finder.costs.charge(at, free)
        begins_at = start_of(free.first_slot)
        ends_at = in_at(
            begins_at,
            energy_wh=charge.energy_wh,
            power_w=charge.power_w,
            booked_s=charge.seconds,
        )
        if ends_at > start_of(end_slot):
            return ""
        # Who named a day has that one in mind.
        beside = self._now if self._query.span is None else begins_at
        return by_words(ends_at, beside=beside, zone=at.zone)

    def _span(self, at: Candidate, free: Free) -> Span | None:
        """Return the time to open the charger's page with: that of the price."""
        if self._query.span is not None:
            return self._query.span
        first = free.first_slot
        length_s = free.length_s
        if length_s is None:
            length_s = self._finder.costs.length_s(at)
        key = (at.zone, first, slots_of_s(length_s))
        if key not in self._spans:
            starts_at, ends_at = start_of(first), start_of(first + key[2])
            self._spans[key] = Span.at(Period(starts_at, ends_at), at.zone)
        return self._spans[key]
