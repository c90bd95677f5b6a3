"""`make bench`: every measurement, one after the other, each with the aim it is held against.

Rule: nothing here fails for being slow; machines are shared, so ratios within one run and medians are what is told.
"""

import json
import sys
from collections.abc import Callable, Mapping

from tests.bench import checking, engine, fastagi, journal, native, serving

AIMS = {
    "fastagi": "p99 under 10 ms and under 100 KB a call at 500 calls",
    "native": "at most 1.35 times the CPU of the same menu written as dialplan",
    "serve": "under 3 s",
    "check": "under 2 s",
}

Measured = Mapping[str, object]


def _fastagi() -> Measured:
    return {f"fastagi_{result.calls}_calls": result.line() for result in fastagi.main()}


BENCHES: Mapping[str, Callable[[], Measured]] = {
    "engine": engine.run,
    "journal": journal.run,
    "serve": serving.run,
    "check": checking.run,
    "fastagi": _fastagi,
    "native": native.run,
}


def main(names: list[str]) -> None:
    """Run those named, or all; print each as it is measured, then all as JSON."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        raise SystemExit(f"no measurement is named {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    found: dict[str, object] = {}
    for name in names or list(BENCHES):
        print(f"{name} ... (aim: {AIMS[name]})" if name in AIMS else f"{name} ...", flush=True)
        for what, value in BENCHES[name]().items():
            print(f"  {what}: {value}", flush=True)
            found[what] = value
    print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])
