"""Unit tests of metering: the gate, the journal, the sealed record."""
