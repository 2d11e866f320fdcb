"""When the made-up worlds of the search benchmark begin."""

from datetime import UTC, datetime

# The four weeks from here hold the end of summer time in Europe and America.
NOW = datetime(2026, 10, 14, 8, 7, tzinfo=UTC)
