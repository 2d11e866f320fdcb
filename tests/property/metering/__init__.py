"""Property tests of metering."""
