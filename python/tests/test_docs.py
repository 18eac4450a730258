"""The blocks of Python in docs/python.md do what is said, and print what stands below them.

UPDATE_DOCS=1 writes anew what they print.
"""

import contextlib
import io
import os
import re
import warnings

import pandas as pd
import pytest
from conftest import ROOT

import quincunx

DOCUMENT = ROOT / "docs" / "python.md"
BLOCK = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", flags=re.DOTALL)


def test_blocks_print_what_stands_below_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    pd.set_option("display.width", 110)
    pd.set_option("display.max_columns", 12)
    text = DOCUMENT.read_text(encoding="utf-8")
    names: dict[str, object] = {}

    def block(found: re.Match[str]) -> str:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), warnings.catch_warnings():
            warnings.simplefilter("ignore", quincunx.RunWarning)
            exec(compile(found[1], str(DOCUMENT), "exec"), names)
        shown = "".join(line.rstrip() + "\n" for line in out.getvalue().rstrip().splitlines())
        below = f"\n```text\n{shown}```\n" if found[2] is not None else ""
        return f"```python\n{found[1]}```\n{below}"

    told = BLOCK.sub(block, text)
    if os.environ.get("UPDATE_DOCS"):
        DOCUMENT.write_text(told, encoding="utf-8")
    else:
        assert told == text
