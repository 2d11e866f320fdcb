"""Tests (service) of metering."""
