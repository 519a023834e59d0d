"""`python -m tests.golden FILE...`: prints each check that fails, then the tally; exit code 1 on failures."""

import sys
from pathlib import Path

from tests.golden.document import checks
from tests.golden.runner import run

DEFAULT = Path(__file__).resolve().parents[3] / "shared/spec/golden/golden.yaml"


def main(arguments: list[str]) -> int:
    """Run the files, by default the shipped one; return the exit code."""
    tally = {"passed": 0, "failed": 0, "unsupported": 0}
    for path in [Path(one) for one in arguments] or [DEFAULT]:
        for state, count in run(checks(path), print).items():
            tally[state] += count
    print(f"{tally['passed']} passed, {tally['failed']} failed, {tally['unsupported']} unsupported")
    return 1 if tally["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
