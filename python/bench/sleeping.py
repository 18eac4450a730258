"""Tasks that stand for those of `quincunx.dask`, and only sleep: what is left is the work of the scheduler and the client."""

import os
import time
from collections.abc import Sequence

#: Seconds that a part sleeps, and the bytes that it leaves.
SECONDS = float(os.environ.get("QUINCUNX_SLEEP", "1"))
SIZE = int(os.environ.get("QUINCUNX_SLEEP_BYTES", "1000"))


def part(_number: int, plan: bytes, run: object) -> bytes:
    """Sleep as long as a part takes."""
    time.sleep(SECONDS)
    return bytes(SIZE)


def join(pieces: Sequence[bytes], _run: object) -> bytes:
    """Join nothing."""
    return pieces[0]
