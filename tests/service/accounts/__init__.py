"""Tests: service, accounts."""
