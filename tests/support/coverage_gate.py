"""The coverage gate of ``make test``: rules stricter than one percentage.

The kernel and every domain need all branches, the rest of the application and the
firmware library 95 % of lines together.
"""

from __future__ import annotations

from pathlib import Path

import coverage
import pytest

ROOT = Path(__file__).resolve().parents[2]
LINES_PERCENT = 95.0


def is_core(name: str) -> bool:
    """Return whether the file belongs to the kernel or a domain."""
    path = Path(name)
    return path.parts[:2] == ("app", "kernel") or (
        path.parts[0] == "app" and ("domain" in path.parts or path.name == "domain.py")
    )


class CoverageGate:
    """A pytest plug-in that fails the run when the figures are not met."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.failed = False

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Read the combined figures and judge them."""
        measured = coverage.Coverage(config_file=str(ROOT / "pyproject.toml"))
        measured.load()
        self._judge_core(measured)
        self._judge_total(measured)
        if self.failed and session.exitstatus == 0:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> None:
        """Say the figures before pytest's closing line."""
        terminalreporter.section("coverage")
        for line in self.lines:
            terminalreporter.write_line(line)

    def _judge_core(self, measured: coverage.Coverage) -> None:
        files = sorted(measured.get_data().measured_files())
        cores = [name for name in files if is_core(_relative(name))]
        for name in cores:
            numbers = measured._analyze(name).numbers
            if numbers.n_missing or numbers.n_missing_branches:
                self.failed = True
                self.lines.append(
                    f"FAIL {_relative(name)}: {numbers.n_missing} lines and "
                    f"{numbers.n_missing_branches} branches of a core are not run"
                )
        self.lines.append(f"{len(cores)} files of kernel and domains: all branches.")

    def _judge_total(self, measured: coverage.Coverage) -> None:
        statements = missing = 0
        worst: list[tuple[float, str]] = []
        for name in measured.get_data().measured_files():
            numbers = measured._analyze(name).numbers
            statements += numbers.n_statements
            missing += numbers.n_missing
            if numbers.n_missing:
                share = 1 - numbers.n_missing / numbers.n_statements
                worst.append((100 * share, _relative(name)))
        percent = 100 * (statements - missing) / max(1, statements)
        self.lines.append(
            f"app and firmware/lib: {percent:.2f} % of {statements} lines "
            f"(at least {LINES_PERCENT:.0f} %)."
        )
        if percent < LINES_PERCENT:
            self.failed = True
            self.lines.append("FAIL too few lines are run.")
        for share, name in sorted(worst)[:12]:
            self.lines.append(f"  {share:5.1f} % {name}")


def _relative(name: str) -> str:
    path = Path(name)
    return str(path.relative_to(ROOT) if path.is_absolute() else path)
