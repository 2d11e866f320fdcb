"""Tests: service of auctions."""
