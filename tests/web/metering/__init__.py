"""Tests (web) of metering."""
