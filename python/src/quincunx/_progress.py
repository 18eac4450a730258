"""How far a command is, shown in a notebook or on a terminal."""

from __future__ import annotations

import html
import importlib
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from ._program import Watcher

#: True: show it; False: do not; None: show it in a notebook or on a terminal; a function is told `(done, total)`, in trials.
Progress: TypeAlias = "bool | Callable[[int, int | None], None] | None"

#: Seconds before anything is shown: what is done by then needs no bar.
_PATIENCE = 0.5


@contextmanager
def watching(progress: Progress, title: str) -> Iterator[Watcher | None]:
    """Give what is told of progress, and take the display away in the end."""
    if callable(progress):
        yield progress
        return
    in_notebook = _in_notebook()
    if progress is False or (progress is None and not in_notebook and not sys.stderr.isatty()):
        yield None
        return
    bar: _Notebook | _Terminal = _Notebook(title) if in_notebook else _Terminal(title)
    begun = time.monotonic()

    def watcher(done: int, total: int | None) -> None:
        gone = time.monotonic() - begun
        if gone >= _PATIENCE:
            bar.show(done, total, _left(done, total, gone))

    try:
        yield watcher
    finally:
        bar.clear()


def _in_notebook() -> bool:
    """Whether a kernel runs this, whose output is shown by a browser."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and getattr(shell, "kernel", None) is not None


def _words(done: int, total: int | None, left: str) -> str:
    return f"{done:,} trials" if total is None else f"{done:,} of {total:,} trials{left}"


def _left(done: int, total: int | None, gone: float) -> str:
    """Tell how long the rest takes if it goes on as it went: nothing before a hundredth is done, or a second is left."""
    if not done or total is None or 100 * done < total:
        return ""
    seconds = gone * (total - done) / done
    for unit, length in (("h", 3600.0), ("min", 60.0), ("s", 1.0)):
        if seconds >= 2 * length or (unit == "s" and seconds >= 1):
            return f", {seconds / length:.0f} {unit} left"
    return ""


class _Notebook:
    def __init__(self, title: str) -> None:
        self.title = title
        self.handle: Any = None
        self.display: Any = importlib.import_module("IPython.display")

    def show(self, done: int, total: int | None, left: str = "") -> None:
        share = "" if total is None else f' value="{done}" max="{total}"'
        text = f"{html.escape(self.title)}: <progress{share}></progress> {_words(done, total, left)}"
        if self.handle is None:
            self.handle = self.display.display(self.display.HTML(text), display_id=True)
        else:
            self.handle.update(self.display.HTML(text))

    def clear(self) -> None:
        if self.handle is not None:
            self.handle.update(self.display.HTML(""))


class _Terminal:
    def __init__(self, title: str) -> None:
        self.title = title
        self.width = 0

    def show(self, done: int, total: int | None, left: str = "") -> None:
        text = f"{self.title}: {_words(done, total, left)}"
        sys.stderr.write("\r" + text.ljust(self.width))
        sys.stderr.flush()
        self.width = len(text)

    def clear(self) -> None:
        if self.width:
            sys.stderr.write("\r" + " " * self.width + "\r")
            sys.stderr.flush()
