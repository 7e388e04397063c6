"""Starts the servers that the tests need, before Django reads its settings.

Loaded as a pytest plugin (`-p tests.servers`). Parallel workers inherit the addresses.
"""

import os
from pathlib import Path

from ipeo.local import provide

ROOT = Path(__file__).resolve().parent.parent

os.environ.setdefault("IPEO_HOME", str(ROOT / ".ipeo" / "test"))
os.environ.setdefault("SECRET_KEY", "for-tests-only-" + "x" * 40)
# What one process compiled, no other compiles again, whichever home it has.
os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(os.environ["IPEO_HOME"]) / "compiled"))
(Path(os.environ["IPEO_HOME"]) / "static").mkdir(parents=True, exist_ok=True)
provide(home=Path(os.environ["IPEO_HOME"]), fast=True)
os.environ.setdefault("IPEO_TEST_RUN", str(os.getpid()))
