"""Write down anew what is expected: `python -m tests.licenses.golden.update`.

Prints what changed since the last review. Answers are kept by their rules version, in archives too: so changed results
are refused until RULES_VERSION in licenses/reading.py is raised. `--never-released` says that nobody has an archive of
the present version yet.
"""

from __future__ import annotations

import argparse
import sys

from licenses.reading import RULES_VERSION
from tests.licenses.golden.results import EXPECTED, difference, expected, results, written
from tests.shared_corpus import CORPUS


def main(arguments: list[str] | None = None) -> int:
    """Write expected.json; status 1 if the corpus is missing, 2 if the version must be raised first."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--never-released", action="store_true", help="this rules version was never released")
    options = parser.parse_args(arguments)
    if not CORPUS.is_dir():
        print(f"{CORPUS}: the corpus is not here", file=sys.stderr)
        return 1
    version, before = expected()
    after = results(CORPUS)
    changed = difference(before, after) if before else []
    print("\n".join(changed))
    if changed and version == RULES_VERSION and not options.never_released:
        print(f"{len(changed)} results changed: raise RULES_VERSION ({RULES_VERSION}) first", file=sys.stderr)
        return 2
    EXPECTED.write_text(written(after), encoding="utf-8")
    print(f"{len(after)} texts, {len(changed)} changed, rules {version or 'none'} -> {RULES_VERSION}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
