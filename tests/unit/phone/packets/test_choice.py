"""Which loop it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from cordboard.media.compiled.library import NotCompiled
from cordboard.phone.packets import make
from cordboard.phone.packets.compiled_loop import CompiledLoop
from cordboard.phone.packets.python_loop import PythonLoop

MISSING = Path("/nowhere")


async def test_the_compiled_one_where_it_is() -> None:
    packets = make()
    assert isinstance(packets, CompiledLoop)
    packets.close()
    packets.close()


async def test_the_one_in_python_where_nothing_was_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cordboard.phone.packets.binding.FOLDER", MISSING)
    assert isinstance(make(), PythonLoop)
    with pytest.raises(NotCompiled, match="has not been compiled"):
        make("compiled")


async def test_the_one_in_python_when_asked() -> None:
    assert isinstance(make("python"), PythonLoop)
    with pytest.raises(ValueError, match="quick"):
        make("quick")
