"""Compiles the packet loops while a wheel is made; a wheel with compiled parts is for this kind of machine only."""

from __future__ import annotations

import importlib.util
import sys
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledLoops(BuildHookInterface):  # type: ignore[type-arg]
    """Also for an editable install, where the libraries stay beside their sources."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        built = _compiler(root).build(root / "src", anew=version != "editable")
        if built.trouble:
            self.app.display_warning(f"Cordboard: {built.trouble}: the loops in Python are used instead")
        if built.libraries:
            build_data["artifacts"] += [str(library.relative_to(root)) for library in built.libraries]
            build_data["pure_python"] = False
            platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["tag"] = f"py3-none-{platform}"


def _compiler(root: Path) -> ModuleType:
    path = root / "src/cordboard/media/compiled/build.py"
    spec = importlib.util.spec_from_file_location("cordboard_build", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
