"""The lists of a result as tables, whatever their keys are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from ._tables import Table

#: Objects that are keyed by names, and what these names are of.
_KEYED = {"by_trend": "trend", "by_outcome": "outcome", "outcomes_given": "outcome", "also": "outcome"}
#: What identifies a row, the best first.
_KEYS = ("name", "of", "input", "outcome", "path", "edit", "event")
#: Columns that say what a row is about, and estimate nothing.
_LABELS = {"name", "title", "unit", "fixed", "shift", "group", "is_instant", "kind", "level"}
#: Tables that are called more shortly than the place where they stand.
_SHORT = {
    "states_values": "states",
    "drivers_inputs": "drivers",
    "targets_inputs": "inputs",
    "targets_effects": "effects",
    "targets_tornado": "tornado",
}

#: Rows with what they belong to.
Rows: TypeAlias = "list[tuple[dict[str, Any], Mapping[str, Any]]]"


class Flattener:
    """Makes tables of lists of objects.

    Objects in objects become columns with both names; intervals become two columns (`low95`, `high95`, `low_epistemic90`,
    `high_epistemic90`); lists of objects and objects keyed by names become tables of their own, whose rows name what they belong to; lists
    over time become rows with `time` and `date`. Counts by replicate stay in the JSON.
    """

    def __init__(self, times: Sequence[float] = (), dates: Sequence[str] = ()) -> None:
        self.times = times
        self.dates = dates
        self.tables: dict[str, Table] = {}

    def add(self, name: str, rows: Rows, *, parent: str = "", by_replicate: bool = False) -> None:
        """Add a table, and those of what its rows hold. With `by_replicate` no list of numbers is over time."""
        base: list[dict[str, Any]] = []
        series: list[tuple[dict[str, Any], dict[str, list[Any]]]] = []
        children: dict[str, Rows] = {}
        says_something = False
        for number, (labels, row) in enumerate(rows):
            flat = _Row(set() if by_replicate else {len(self.times)} - {0, 1})
            for key, value in row.items():
                flat.place(key, value)
            marks = _marks(flat.cells)
            if not labels and not marks:
                marks = {"row": number}
            base.append(_joined(labels, flat.cells, parent))
            told = {key: value for key, value in flat.cells.items() if key in _LABELS}
            series.append((_joined(labels, told, parent), flat.series))
            says_something = says_something or not flat.cells.keys() <= _LABELS
            for key, found in flat.children.items():
                own = _joined(labels, marks, parent)
                children.setdefault(key, []).extend(({**own, **extra}, inner) for extra, inner in found)
        shorter = any(_called(name, key) == name for key in children)
        self._keep(name, base, series, says_something=says_something, shorter=shorter)
        for key, found in children.items():
            self.add(_called(name, key), found, parent=name, by_replicate=by_replicate or key in _KEYED)

    def _keep(
        self,
        name: str,
        base: list[dict[str, Any]],
        series: list[tuple[dict[str, Any], dict[str, list[Any]]]],
        *,
        says_something: bool,
        shorter: bool,
    ) -> None:
        """Keep what is not over time and what is as tables; `shorter`: a table of what the rows hold takes the name."""
        has_series = any(over for _, over in series)
        if has_series:
            called = f"{name}_over_time" if says_something else name
            self.tables[called] = Table.of_rows([row for one in series for row in self._over_time(*one)], called)
        if says_something or not (has_series or shorter):
            called = f"{name}_of" if shorter else name
            self.tables[called] = Table.of_rows(base, called)

    def _over_time(self, labels: dict[str, Any], over: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
        for i, time in enumerate(self.times):
            when = {"time": time, **({"date": self.dates[i]} if self.dates else {})}
            yield {**labels, **when, **{key: values[i] for key, values in over.items()}}


class _Row:
    """One object, taken apart."""

    def __init__(self, lengths: set[int]) -> None:
        self.lengths = lengths
        self.cells: dict[str, Any] = {}
        self.series: dict[str, list[Any]] = {}
        self.children: dict[str, list[tuple[dict[str, Any], Mapping[str, Any]]]] = {}

    def place(self, key: str, value: Any) -> None:
        """Put a value where it belongs."""
        interval = re.fullmatch(r"(?:(.+)_)?(ci|epistemic)(\d+)", key)
        if interval:
            stem = f"{interval[1]}_" if interval[1] else ""
            level = ("epistemic" if interval[2] == "epistemic" else "") + interval[3]
            join = "_" if interval[2] == "epistemic" else ""
            low, high = value if isinstance(value, list) and len(value) == 2 else (None, None)
            self.cells[f"{stem}low{join}{level}"] = low
            self.cells[f"{stem}high{join}{level}"] = high
        elif key == "epistemic":
            value = value or {}
            low, high = value.get("std_error") or (None, None)
            self.cells["low_epistemic90_std_error"] = low
            self.cells["high_epistemic90_std_error"] = high
            for inner in ("status", "at_most_sd"):
                self.cells[f"epistemic_{inner}"] = value.get(inner)
            for inner in value.keys() - {"status", "at_most_sd", "std_error"}:
                self.cells[f"epistemic_{inner}"] = value[inner]
        elif isinstance(value, Mapping):
            self._object(key, value)
        elif isinstance(value, list):
            self._list(key, value)
        else:
            self.cells[key] = value

    def _object(self, key: str, value: Mapping[str, Any]) -> None:
        if key in _KEYED:
            found = [({_KEYED[key]: name}, inner if isinstance(inner, Mapping) else {"trials": inner}) for name, inner in value.items()]
            self.children.setdefault(key, []).extend(found)
        elif "edges" in value and "counts" in value:
            edges = value["edges"]
            bins = zip(edges[:-1], edges[1:], value["counts"], strict=True)
            self.children[key] = [({}, {"low": low, "high": high, "count": count}) for low, high, count in bins]
        elif value and all(isinstance(inner, list) for inner in value.values()):
            rows = zip(*value.values(), strict=True)
            self.children[key] = [({}, dict(zip(value, row, strict=True))) for row in rows]
        else:
            for inner, held in value.items():
                self.place(inner if inner == key or inner.startswith(f"{key}_") else f"{key}_{inner}", held)

    def _list(self, key: str, value: list[Any]) -> None:
        if value and all(isinstance(item, Mapping) for item in value):
            self.children[key] = [({}, item) for item in value]
        elif any(isinstance(item, str) for item in value):
            self.cells[key] = value
        elif len(value) in self.lengths:
            self.series[key] = value


def _marks(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Find what identifies a row."""
    key = next((key for key in _KEYS if isinstance(cells.get(key), str)), None)
    marks = {} if key is None else {key: cells[key]}
    if key is None and "level" in cells:
        marks["level"] = cells["level"]
    if isinstance(cells.get("by"), str):
        marks["by"] = cells["by"]
    return marks


def _joined(labels: Mapping[str, Any], cells: Mapping[str, Any], parent: str) -> dict[str, Any]:
    """Put labels before cells; one that is called as a cell gets the name of what it belongs to."""
    free = {}
    for key, value in labels.items():
        free[_singular(parent) if key in cells else key] = value
    return {**free, **cells}


def _singular(name: str) -> str:
    return name.removesuffix("s")


def _called(name: str, key: str) -> str:
    called = f"{name}_{key}"
    return _SHORT.get(called, called)


def flattened(result: Mapping[str, Any], *, skipped: frozenset[str] = frozenset(), times: bool = True) -> dict[str, Table]:
    """Make tables of all lists of objects that a result has at its top."""
    flat = Flattener(result.get("times", ()), result.get("dates", ())) if times else Flattener()
    for key, value in result.items():
        if key in skipped or not isinstance(value, list):
            continue
        if all(isinstance(item, Mapping) for item in value):
            flat.add(key, [({}, item) for item in value], by_replicate=key == "conditional")
    return flat.tables


__all__ = ["Flattener", "Rows", "flattened"]
