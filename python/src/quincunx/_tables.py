"""Tables: named columns of numpy, made from the lists of a result, and given to pandas, Polars and Arrow."""

from __future__ import annotations

import html
import importlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, overload

import numpy as np
import numpy.typing as npt

from ._errors import MissingLibraryError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

Column: TypeAlias = "npt.NDArray[Any]"

_DATE = re.compile(r"-?\d{4,6}-\d\d-\d\d")
#: Columns of texts that are never taken for dates.
_WORDS = {"name", "title", "message", "note"}
#: Rows that are shown before a table is cut.
_SHOWN = 40


def optional(library: str, extra: str) -> Any:
    """Import a library that this package does without, or say how to get it."""
    try:
        return importlib.import_module(library)
    except ImportError as error:
        raise MissingLibraryError(f"{library} is not installed: pip install 'quincunx[{extra}]'") from error


def column(name: str, values: Sequence[Any]) -> Column:
    """Choose the type of a column: numbers, truth, days (`datetime64[D]`), or objects. What has no value is nan, NaT or None."""
    stated = [value for value in values if value is not None]
    is_whole = len(stated) == len(values)
    if not stated:
        return np.full(len(values), np.nan)
    if all(isinstance(value, bool) for value in stated):
        return np.array(values, dtype=bool if is_whole else object)
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in stated):
        if is_whole and all(isinstance(value, int) for value in stated):
            fits = all(-(2**63) <= value < 2**63 for value in stated)
            return np.array(values, dtype=np.int64 if fits else object)
        return np.array([np.nan if value is None else float(value) for value in values])
    is_text = all(isinstance(value, str) for value in stated)
    if is_text and name not in _WORDS and all(_DATE.fullmatch(value) for value in stated):
        return np.array([np.datetime64("NaT") if value is None else value for value in values], dtype="datetime64[D]")
    objects = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        objects[i] = tuple(value) if isinstance(value, list) else value
    return objects


class Table(Mapping[str, Column]):
    """A table: named columns of one length, in order.

    `table["probability"]` is a column, an array of numpy; `table[["name", "probability"]]` are some columns, and
    `table[table["probability"] > 0.1]` some rows. It is what there is without
    pandas, and `to_pandas`, `to_polars` and `to_arrow` make of it what their libraries have.
    """

    def __init__(self, columns: Mapping[str, Column], title: str = "") -> None:
        self._columns = dict(columns)
        self.title = title
        lengths = {len(values) for values in self._columns.values()}
        if len(lengths) > 1:
            raise ValueError(f"columns of one length are needed: got {sorted(lengths)}")
        self._rows = lengths.pop() if lengths else 0

    @classmethod
    def of_rows(cls, rows: Sequence[Mapping[str, Any]], title: str = "") -> Table:
        """Make a table of rows, which need not have the same keys."""
        names = list(dict.fromkeys(name for row in rows for name in row))
        return cls({name: column(name, [row.get(name) for row in rows]) for name in names}, title)

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self._columns)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._rows, len(self._columns)

    @overload
    def __getitem__(self, key: str) -> Column: ...
    @overload
    def __getitem__(self, key: list[str] | slice | Column) -> Table: ...
    def __getitem__(self, key: str | list[str] | slice | Column) -> Column | Table:
        if isinstance(key, str):
            if key not in self._columns:
                raise KeyError(f"no column is called {key!r}; there are {', '.join(self._columns)}")
            return self._columns[key]
        if isinstance(key, list):
            return Table({name: self[name] for name in key}, self.title)
        return Table({name: values[key] for name, values in self._columns.items()}, self.title)

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return self._rows

    def rows(self) -> list[dict[str, Any]]:
        """Give the rows as dicts of plain Python values."""
        lists = {name: values.tolist() for name, values in self._columns.items()}
        return [{name: values[i] for name, values in lists.items()} for i in range(self._rows)]

    def row(self, name: str) -> dict[str, Any]:
        """Find the one row whose `name` (in the first column, if there is no such column) is this."""
        key = "name" if "name" in self._columns else self.columns[0]
        where: Column = self[key] == name
        found = self[where].rows()
        if len(found) != 1:
            raise KeyError(f"{len(found)} rows have the {key} {name!r}")
        return found[0]

    def to_pandas(self) -> pd.DataFrame:
        """Make a DataFrame of pandas."""
        frame: pd.DataFrame = optional("pandas", "pandas").DataFrame(self._columns)
        return frame

    def to_polars(self) -> pl.DataFrame:
        """Make a DataFrame of Polars, in which what has no value is null."""
        polars = optional("polars", "polars")
        data = {name: polars.Series(name, _listed(values), nan_to_null=True, strict=False) for name, values in self._columns.items()}
        frame: pl.DataFrame = polars.DataFrame(data)
        return frame

    def to_arrow(self) -> pa.Table:
        """Make a table of Arrow, in which what has no value is null."""
        arrow = optional("pyarrow", "arrow")
        table: pa.Table = arrow.table({name: arrow.array(_listed(values), from_pandas=True) for name, values in self._columns.items()})
        return table

    def __repr__(self) -> str:
        if not self._columns:
            return "(an empty table)"
        cells = [[name, *texts] for name, texts in self._texts().items()]
        widths = [max(map(len, texts)) for texts in cells]
        right = [_is_number(self._columns[texts[0]]) for texts in cells]
        lines = []
        for row in zip(*cells, strict=True):
            parts = [text.rjust(width) if is_right else text.ljust(width) for text, width, is_right in zip(row, widths, right, strict=True)]
            lines.append("  ".join(parts).rstrip())
        return "\n".join([*lines, *self._left_out()])

    def _repr_html_(self) -> str:
        texts = self._texts()
        head = "".join(f"<th>{html.escape(name)}</th>" for name in texts)
        body = "".join("<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in row) + "</tr>" for row in zip(*texts.values(), strict=True))
        more = "".join(f"<p>{html.escape(line)}</p>" for line in self._left_out())
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"

    def _left_out(self) -> list[str]:
        return [f"({self._rows - _SHOWN} more of {self._rows} rows)"] if self._rows > _SHOWN else []

    def _texts(self) -> dict[str, list[str]]:
        """Cells for the eye: an estimate with as many digits as its error allows."""
        shown = {name: values[:_SHOWN] for name, values in self._columns.items()}
        texts = {}
        for name, values in shown.items():
            errors = shown.get(_error_of(name, shown) or "")
            texts[name] = [_text(value, None if errors is None else errors[i]) for i, value in enumerate(values)]
        return texts


def _listed(values: Column) -> Any:
    return values.tolist() if values.dtype == object else values


def _is_number(values: Column) -> bool:
    return values.dtype.kind in "if"


def _error_of(name: str, columns: Mapping[str, Any]) -> str | None:
    """Name the column that has the standard error of an estimate, or of what an end of an interval is an end of."""
    plain = re.sub(r"_?(low|high)\d+$", "", name)
    for stem in dict.fromkeys((name, plain)):
        candidates = [f"{stem}_std_error" if stem else "std_error"]
        if stem in {"probability", "mean", "value", "difference", "ratio"}:
            candidates.append("std_error")
        for candidate in candidates:
            if candidate in columns and candidate != name:
                return candidate
    return None


def _text(value: Any, error: Any) -> str:
    """Write a number with the first two digits of its error, or with three of its own."""
    if value is None or (isinstance(value, np.datetime64) and np.isnat(value)):
        return ""
    if not isinstance(value, (float, np.floating)):
        return str(value)
    number = float(value)
    if np.isnan(number):
        return ""
    if error is not None and np.isfinite(error) and error > 0:
        decimals = 1 - int(np.floor(np.log10(float(error))))
        return f"{round(number, decimals):.{max(decimals, 0)}f}"
    return f"{number:.3g}"
