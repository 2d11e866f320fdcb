"""Tests: unit of the kernel."""
