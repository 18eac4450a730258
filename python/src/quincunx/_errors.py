"""What can go wrong, as exceptions with the place in the scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    "Finding",
    "Interrupted",
    "MissingLibraryError",
    "ProgramNotFoundError",
    "QuincunxError",
    "RunError",
    "ScenarioError",
    "UsageError",
]


@dataclass(frozen=True)
class Finding:
    """An error or a warning about a scenario, with its place.

    Lines and columns count from 1; the end is exclusive. What a finding lacks is None.
    """

    code: str
    severity: str
    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    #: JSON pointer into the scenario, after `extends` and settings.
    path: str | None = None
    excerpt: str | None = None
    hints: tuple[str, ...] = ()

    @classmethod
    def of(cls, stated: Mapping[str, Any], names: Mapping[str, str] | None = None) -> Finding:
        """Read what the program told; `names` gives temporary files the name that a reader knows."""
        known = {key: stated[key] for key in cls.__dataclass_fields__ if key in stated}
        known["hints"] = tuple(known.get("hints") or ())
        for path, name in (names or {}).items():
            for key in ("file", "message"):
                if known.get(key):
                    known[key] = known[key].replace(path, name)
            known["hints"] = tuple(hint.replace(path, name) for hint in known["hints"])
        return cls(**known)

    @property
    def is_error(self) -> bool:
        """Whether the scenario cannot be run for it; otherwise it is a warning."""
        return self.severity == "error"

    @property
    def place(self) -> str:
        """File, line and column, with colons between them, as far as they are known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        lines = [f"{place}{self.severity}[{self.code}]: {self.message}"]
        if self.excerpt:
            lines.append(f"    {self.excerpt}")
        lines.extend(f"    hint: {hint}" for hint in self.hints)
        return "\n".join(lines)


class QuincunxError(Exception):
    """Anything that ended a command."""


class ProgramNotFoundError(QuincunxError):
    """The command `quincunx` is not where it is looked for."""


class MissingLibraryError(QuincunxError, ImportError):
    """An optional library, such as Polars, is not installed."""


class UsageError(QuincunxError, ValueError):
    """A value that was given is wrong: a count that is none, a name that the scenario does not have."""


class RunError(QuincunxError):
    """A run failed: a full disk, values that are not finite. `findings` has places, if the scenario is to blame."""

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        #: All findings.
        self.findings: tuple[Finding, ...] = tuple(findings)


class ScenarioError(QuincunxError):
    """The scenario, a setting or a condition is wrong.

    The attributes are those of the first error; `findings` has all of them.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        #: All findings, in the order of the program.
        self.findings: tuple[Finding, ...] = tuple(findings)
        first = next((finding for finding in findings if finding.is_error), findings[0])
        self.code = first.code
        self.message = first.message
        self.file = first.file
        self.line = first.line
        self.column = first.column
        self.path = first.path
        self.excerpt = first.excerpt
        self.hints = first.hints


class Interrupted(KeyboardInterrupt):
    """Ctrl-C ended a command. `result` is what had been simulated until then, or None."""

    def __init__(self, result: Any = None) -> None:
        super().__init__("interrupted" if result is None else "interrupted: `.result` has what was simulated until then")
        self.result = result
