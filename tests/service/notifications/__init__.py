"""Tests: service, notifications."""
