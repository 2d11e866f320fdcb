"""A ring of records on raw NOR flash that survives a power cut at any operation.

NOR rules: programming only clears bits, erasing sets a whole sector to ones.
Layout: every sector starts with a header (magic, journal id, sector number, first
sequence, acknowledged, dropped, oldest sequence, CRC), then records (mark, type,
length, sequence, payload, CRC), padded to 16 bytes as flash encryption demands. A
torn tail seals its sector. Acknowledgements and the small state are records too, and
are carried into each new sector.
"""

import struct
from array import array
from binascii import crc32

from micropython import const

_MAGIC = const(0x314A4250)  # "PBJ1"
_HEADER = const("<IIIIIIII")  # magic, id, number, first, acked, dropped, tail, CRC
_HEADER_BYTES = const(32)
_RECORD = const("<BBHI")
_OVERHEAD = const(12)  # 8 bytes in front, CRC behind
_MARK = const(0xA5)
_ALIGN = const(16)
_DATA = const(1)
_ACK = const(2)
_STATE = const(3)
_PAYLOAD_CAP = const(1024)


class JournalError(Exception):
    """A record does not fit, which is a mistake of the caller."""


def _padded(size):
    return (size + _ALIGN - 1) // _ALIGN * _ALIGN


def _record(kind, seq, payload):
    head = struct.pack(_RECORD, _MARK, kind, len(payload), seq)
    crc = crc32(payload, crc32(head))
    body = head + payload + struct.pack("<I", crc)
    return body + b"\xff" * (_padded(len(body)) - len(body))


class Journal:
    """Durable append, cumulative acknowledgement, one small durable state.

    `flash` offers: sectors, sector_bytes, read(at, n), program(at, data),
    erase(sector), sync(). `mint()` gives the id of a freshly formatted journal,
    so that records of a wiped chip never collide with old ones.
    """

    def __init__(self, flash, mint):
        self._flash = flash
        self._size = flash.sector_bytes
        self.id = 0
        self.acked = 0
        self.dropped = 0
        self.last = 0
        self.state = b""
        # The ring runs from sector tail to sector head; an array is small in memory.
        self._firsts = array("I", bytes(4 * flash.sectors))
        self._tail = 0
        self._head = -1
        self._number = 0
        self._write_at = 0
        self._ready = -1  # the next sector, if known to be erased
        self._cursor = (0, 0, 0)  # next sequence to read, its sector, its offset
        self._mount()
        if self._head < 0:
            self.id = mint()
            self._open_sector()
            flash.sync()

    def append(self, payloads, state=None):
        """Store records (and the state) and return the last sequence number.

        Everything is on flash when this returns.
        """
        for make in payloads:
            self._put(_DATA, self.last + 1, make(self.last + 1))
            self.last += 1
        if state is not None and state != self.state:
            self._put(_STATE, 0, state)
            self.state = state
        self._flash.sync()
        return self.last

    def ack(self, seq):
        """Free everything up to and including `seq`; nonsense is ignored."""
        if not self.acked < seq <= self.last:
            return False
        self._put(_ACK, seq, b"")
        self.acked = seq
        return True

    def after(self, seq, count, size):
        """Return [(seq, payload)] following `seq`, bounded by count and bytes."""
        rows = []
        start = max(seq + 1, self._firsts[self._tail])
        number, sector, at = self._cursor
        if number != start or not self._holds(sector, start):
            sector, at = self._locate(start), _HEADER_BYTES
        while start + len(rows) <= self.last and len(rows) < count:
            found = self._read(sector, at)
            if found is None:
                if sector == self._head:
                    raise JournalError("record missing at the end")
                sector, at = self._next(sector), _HEADER_BYTES
                continue
            kind, number, payload, after = found
            if kind == _DATA and number >= start:
                if number != start + len(rows):
                    raise JournalError("record missing before " + str(number))
                size -= len(payload) + 1
                if size < 0 and rows:
                    break
                rows.append((number, payload))
            at = after
        self._cursor = (start + len(rows), sector, at)
        return rows

    def prepare(self):
        """Erase the next sector ahead of need, if that loses nothing; slow on chip."""
        sector = self._next(self._head)
        if self._ready == sector:
            return False
        if sector == self._tail:
            if self._firsts[self._next(sector)] - 1 > self.acked:
                return False
            self._tail = self._next(sector)
        self._flash.erase(sector)
        self._ready = sector
        return True

    def _next(self, sector):
        return (sector + 1) % self._flash.sectors

    def _holds(self, sector, seq):
        # The cursor stays good while its sector is in the ring.
        sectors = self._flash.sectors
        length = (self._head - self._tail) % sectors
        in_ring = (sector - self._tail) % sectors <= length
        return in_ring and self._firsts[sector] <= seq

    def _locate(self, seq):
        sector = self._tail
        while sector != self._head and self._firsts[self._next(sector)] <= seq:
            sector = self._next(sector)
        return sector

    def _read(self, sector, at):
        """Return (kind, seq, payload, next offset), or None at the end or a tear."""
        if at + _OVERHEAD > self._size:
            return None
        base = sector * self._size
        head = self._flash.read(base + at, 8)
        mark, kind, length, seq = struct.unpack(_RECORD, head)
        if mark != _MARK or at + _OVERHEAD + length > self._size:
            return None
        body = self._flash.read(base + at + 8, length + 4)
        payload = body[:length]
        if struct.unpack("<I", body[length:])[0] != crc32(payload, crc32(head)):
            return None
        return kind, seq, payload, at + _padded(_OVERHEAD + length)

    def _put(self, kind, seq, payload):
        if len(payload) > _PAYLOAD_CAP:
            raise JournalError("record too large")
        data = _record(kind, seq, payload)
        if self._write_at + len(data) > self._size:
            self._open_sector()
        start = self._write_at
        # If programming fails half-way, this sector must not be written again.
        self._write_at = self._size
        self._flash.program(self._head * self._size + start, data)
        self._write_at = start + len(data)

    def _open_sector(self):
        sector = self._next(self._head)
        first = tail = self.last + 1
        if self._head >= 0:
            if sector == self._tail:
                self._drop_oldest()
            tail = self._firsts[self._tail]
        if self._ready != sector:
            self._flash.erase(sector)
        self._ready = -1
        self._number += 1
        header = struct.pack(
            "<IIIIIII",
            _MAGIC,
            self.id,
            self._number,
            first,
            self.acked,
            self.dropped,
            tail,
        )
        header += struct.pack("<I", crc32(header))
        self._flash.program(sector * self._size, header)
        self._firsts[sector] = first
        self._head = sector
        self._write_at = _HEADER_BYTES
        if self.state:
            self._put(_STATE, 0, self.state)

    def _drop_oldest(self):
        # Flash is full of unacknowledged records: the oldest go, and are counted.
        first = self._firsts[self._tail]
        self._tail = self._next(self._tail)
        lost_to = self._firsts[self._tail] - 1
        self.dropped += max(0, lost_to - max(self.acked, first - 1))

    def _mount(self):
        heads = []
        for sector in range(self._flash.sectors):
            raw = self._flash.read(sector * self._size, _HEADER_BYTES)
            fields = struct.unpack(_HEADER, raw)
            if fields[0] == _MAGIC and fields[7] == crc32(raw[:28]):
                heads.append((fields[2], sector))
        if not heads:
            return
        heads.sort()
        self._number = heads[-1][0]
        for _, sector in heads:
            self._mount_sector(sector)
        # An erase whose new header was never written dropped records uncounted.
        self.dropped, tail = self._carried
        first = self._firsts[self._tail]
        self.dropped += max(0, first - 1 - max(self.acked, tail - 1))
        self._seal_if_torn()

    def _mount_sector(self, sector):
        raw = self._flash.read(sector * self._size, _HEADER_BYTES)
        _, self.id, _, first, acked, dropped, tail, _ = struct.unpack(_HEADER, raw)
        self._carried = dropped, tail
        if self._head < 0 or first != self.last + 1 or sector != self._next(self._head):
            # What precedes was partly erased by a cut: the chain starts here.
            self._tail = sector
        self._head = sector
        self._firsts[sector] = first
        self.last = first - 1
        self.acked = max(self.acked, acked)
        at = _HEADER_BYTES
        found = self._read(sector, at)
        while found is not None:
            kind, seq, payload, at = found
            if kind == _DATA:
                self.last = seq
            elif kind == _ACK:
                self.acked = max(self.acked, seq)
            elif kind == _STATE:
                self.state = payload
            found = self._read(sector, at)
        self._write_at = at

    def _seal_if_torn(self):
        base = self._head * self._size
        for at in range(self._write_at, self._size, _ALIGN):
            rest = self._flash.read(base + at, _ALIGN)
            if rest.count(b"\xff") != _ALIGN:
                self._write_at = self._size
                return
