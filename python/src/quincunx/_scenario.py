"""Scenarios: a path, a text or a dict, with settings on top."""

from __future__ import annotations

import datetime
import math
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from ._errors import UsageError
from ._program import call

__all__ = ["Scenario", "ScenarioLike"]


def to_json(value: Any, margin: str | None = None) -> str:
    """Write a value as JSON. A `Decimal` keeps its digits; dates are `YYYY-MM-DD`; numbers of numpy are numbers.

    With a margin, each key of an object has a line of its own, so that a place in it tells something.
    """
    if value is None:
        return "null"
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        number = float(value)
        if not math.isfinite(number):
            raise UsageError(f"a scenario has finite numbers only: got {number}")
        return repr(number)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise UsageError(f"a scenario has finite numbers only: got {value}")
        return str(value)
    if isinstance(value, np.datetime64):
        return to_json(str(value.astype("datetime64[D]")))
    if isinstance(value, datetime.datetime):
        return to_json(value.date())
    if isinstance(value, datetime.date):
        return to_json(value.isoformat())
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise UsageError(f"keys of a scenario are texts: got {key!r}")
        inner = None if margin is None else margin + "  "
        items = [f"{encode_basestring(key)}: {to_json(item, inner)}" for key, item in value.items()]
        if inner is None or not items:
            return "{" + ", ".join(items) + "}"
        return "{\n" + ",\n".join(inner + item for item in items) + f"\n{margin}}}"
    if isinstance(value, np.ndarray):
        return to_json(value.tolist())
    if isinstance(value, (list, tuple, range)):
        return "[" + ", ".join(to_json(item, None) for item in value) + "]"
    raise UsageError(f"a scenario has no place for a {type(value).__name__}: {value!r}")


def setting(path: str, value: Any) -> str:
    """Write `PATH=VALUE`, as `--set` takes it."""
    if not path or "=" in path:
        raise UsageError(f"`{path}` is no path: it has names with dots between them, such as trends.stalemate.weight")
    return f"{path}={to_json(value)}"


class Scenario:
    """A scenario, with settings on top. It never changes: `set` gives another one.

    `source` is a path, the text of a scenario (recognised by a brace or a line break), a dict, or another Scenario. Files that a text or a
    dict speaks of (`extends`, tables) are looked for in `folder`, which is the present one if it is not stated.
    """

    def __init__(
        self,
        source: ScenarioLike,
        *,
        set: Mapping[str, Any] | None = None,
        folder: str | os.PathLike[str] | None = None,
    ) -> None:
        self._text: str | None = None
        self._path: Path | None = None
        self._folder: Path | None = None if folder is None else Path(folder)
        self._settings: tuple[tuple[str, Any], ...] = ()
        self._label = "<text>"
        if isinstance(source, Scenario):
            self._text, self._path, self._settings, self._label = (
                source._text,
                source._path,
                source._settings,
                source._label,
            )
            self._folder = self._folder or source._folder
        elif isinstance(source, Mapping):
            self._text, self._label = to_json(source, ""), "<dict>"
        elif isinstance(source, str) and ("{" in source or "\n" in source):
            self._text = source
        elif isinstance(source, (str, os.PathLike)):
            self._path = Path(source)
        else:
            raise UsageError(f"a scenario is a path, a text or a dict: got a {type(source).__name__}")
        if self._path is not None and folder is not None:
            raise UsageError("`folder` is for texts and dicts: a file has a folder of its own")
        self._settings += tuple((set or {}).items())
        # What cannot be written is told at once.
        _ = self.settings

    def set(self, path: str, value: Any) -> Scenario:
        """Change a value by its dotted path, as `--set` does; the answer is another scenario.

        A text is taken as a text, also if it looks like a number; None takes the thing away.
        """
        return Scenario(self, set={path: value})

    @property
    def settings(self) -> tuple[str, ...]:
        """What was set, in the order in which it was, as `PATH=VALUE`."""
        return tuple(setting(path, value) for path, value in self._settings)

    def _tree(self) -> dict[str, Any]:
        """Nest the settings, as a file that extends the scenario states them."""
        tree: dict[str, Any] = {}
        for path, value in self._settings:
            *folders, last = path.split(".")
            if any(part.isdecimal() for part in (*folders, last)):
                raise UsageError(
                    f"where several scenarios have settings of their own, none of these can change an entry of a list: `{path}`; set the whole list"
                )
            at = tree
            for name in folders:
                inner = at.get(name)
                at[name] = dict(inner) if isinstance(inner, Mapping) else {}
                at = at[name]
            at[last] = value
        return tree

    def show(self, path: str | None = None) -> str:
        """Tell what the scenario states, and by which paths it can be changed; all of it, or what stands at `path`."""
        with self.file() as (file, names):
            done = call(["show", file, *([path] if path else []), *set_options(self.settings)], names=names)
        done.check()
        return done.output.decode()

    @contextmanager
    def file(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Give the path of a file that holds the scenario without its settings, and the names of temporary files in messages."""
        if self._path is not None:
            yield str(self._path), {}
            return
        assert self._text is not None
        # What speaks of other files must stand beside them.
        speaks = '"extends"' in self._text or '"file"' in self._text
        folder = self._folder or (Path.cwd() if speaks else None)
        handle, path = tempfile.mkstemp(prefix=".quincunx-", suffix=".jsonc", dir=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(self._text)
            yield path, {path: self._label}
        finally:
            os.unlink(path)

    def __repr__(self) -> str:
        source = str(self._path) if self._path is not None else self._label
        return f"Scenario({source!r}{''.join(', ' + one for one in self.settings)})"


#: What every function takes as a scenario.
ScenarioLike: TypeAlias = "str | os.PathLike[str] | Mapping[str, Any] | Scenario"


def set_options(settings: Iterable[str]) -> list[str]:
    """Write settings as options of a command."""
    return [f"--set={one}" for one in settings]


@contextmanager
def opened(scenarios: list[Scenario], set: Mapping[str, Any] | None = None) -> Iterator[tuple[list[str], list[str], dict[str, str]]]:
    """Give the paths of files, the options `--set`, and the names of temporary files in messages.

    Settings belong to a command, not to one of its files. So where several scenarios have settings of their own, each of these becomes a
    file that extends its scenario.
    """
    shared = [setting(path, value) for path, value in (set or {}).items()]
    with ExitStack() as stack:
        files: list[str] = []
        names: dict[str, str] = {}
        if len(scenarios) == 1:
            shared = [*scenarios[0].settings, *shared]
        changed = 0
        for number, scenario in enumerate(scenarios):
            file, named = stack.enter_context(scenario.file())
            # Of two dicts, the second is told from the first.
            names.update({path: f"{label[:-1]} {number + 1}>" if label in names.values() else label for path, label in named.items()})
            if len(scenarios) > 1 and scenario.settings:
                tree = scenario._tree()
                if number > 0:
                    changed += 1
                    name = "changed" if changed == 1 else f"changed {changed}"
                    title = f"{name}: {', '.join(scenario.settings)}"
                    tree = {"name": name, "title": title, **tree}
                variant = Scenario({"extends": os.path.abspath(file), **tree}, folder=tempfile.gettempdir())
                file, named = stack.enter_context(variant.file())
                names.update(dict.fromkeys(named, "<settings>"))
            files.append(file)
        yield files, set_options(shared), names
