"""Compiles every `NAME.c` of a source tree to `NAME.so` beside it; run at install and by hand:

    python -m cordboard.media.compiled.build

Nothing of it is needed: without a compiler the loops in Python do the work. It is run while the package is being
installed, so it uses the standard library only and nothing of this package.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

FLAGS = ("-std=gnu11", "-O2", "-shared", "-fPIC", "-Wall", "-Wextra", "-fno-strict-aliasing")
SAME_FLOATS = "-ffp-contract=off"  # figures come out as Python's do, to the last bit
COMPILE_SECONDS = 120.0
SUFFIX = ".so"


@dataclass(frozen=True, slots=True)
class Built:
    """What there is afterwards; `trouble` says in one line why some are missing, else it is empty."""

    libraries: tuple[Path, ...]
    trouble: str = ""


def sources(root: Path) -> list[Path]:
    """Every file that becomes a library."""
    return sorted(root.rglob("*.c"))


def build(root: Path, *, anew: bool = False) -> Built:
    """Compile what is older than its source or a header beside it, or all of it; raises nothing."""
    done: list[Path] = []
    troubles: list[str] = []
    for source in sources(root):
        library = source.with_suffix(SUFFIX)
        trouble = "" if not anew and _is_fresh(library, source) else compile_library(source, library)
        if trouble:
            troubles.append(f"{source.name} was not compiled ({trouble})")
        else:
            done.append(library)
    return Built(tuple(done), "; ".join(troubles))


def _is_fresh(library: Path, source: Path) -> bool:
    if not library.exists():
        return False
    newest = max(each.stat().st_mtime for each in (source, *source.parent.glob("*.h")))
    return library.stat().st_mtime >= newest


def compile_library(source: Path, library: Path, flags: tuple[str, ...] = ()) -> str:
    """Compile one library; "" or why it cannot be had, and then an old one is gone too."""
    compiler = shlex.split(os.environ.get("CC", "cc"))
    if not compiler or shutil.which(compiler[0]) is None:
        trouble = "no C compiler"
    else:
        made = library.with_name(f".{library.name}.{os.getpid()}")  # a running process has the old one mapped
        command = [*compiler, *FLAGS, SAME_FLOATS, *flags, "-o", str(made), str(source)]
        trouble = _run(command)
        if not trouble:
            made.replace(library)
            return ""
        made.unlink(missing_ok=True)
    library.unlink(missing_ok=True)
    return trouble


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=COMPILE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as failure:
        return f"{command[0]}: {failure}"
    if done.returncode == 0:
        return ""
    said = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.splitlines()
    return said[0].strip() if said else f"{command[0]} ended with {done.returncode}"


def main() -> int:
    """Build in the tree that this file is in; always 0, because nothing depends on it."""
    built = build(Path(__file__).resolve().parents[2], anew="--anew" in sys.argv[1:])
    if built.trouble:
        print(f"Cordboard: {built.trouble}: the loops in Python are used instead")
    return 0


if __name__ == "__main__":
    sys.exit(main())
