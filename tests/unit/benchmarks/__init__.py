"""Tests: unit of the benchmarks."""
