from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from cordboard.genesys.vocabulary import ENUMERATIONS, javascript

FILE = Path(__file__).parents[3] / "web" / "src" / "model" / "vocabulary.js"


def test_the_pages_have_the_words_of_the_python_package() -> None:
    assert FILE.read_text() == javascript(), "python -m cordboard.genesys.vocabulary > web/src/model/vocabulary.js"


def test_every_word_is_in_it() -> None:
    text = javascript()

    for enumeration in ENUMERATIONS:
        assert f"export const {enumeration.__name__} = " in text
        for member in enumeration:
            assert f"  {member.name}: {json.dumps(member.value)},\n" in text


def test_the_module_prints_it() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "cordboard.genesys.vocabulary"], capture_output=True, text=True, check=True, timeout=20
    )

    assert printed.stdout == javascript()
