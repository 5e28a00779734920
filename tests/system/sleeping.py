"""Work for processes that are spawned for nothing else: they import this file, and little more."""

import os
import time
from pathlib import Path

from cathartes.pipeline.owners import own_name


def tell_and_sleep(seconds: float) -> None:
    """Write down who works, in the folder in which one works, and sleep."""
    Path(f"{os.getpid()}.began").write_text(own_name(), "utf-8")
    time.sleep(seconds)
