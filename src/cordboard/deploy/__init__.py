"""What a site installs beside Cordboard, made from its settings: configuration of the programs around it."""

from __future__ import annotations

from cordboard.deploy.rendering import Rendered, RenderProblem

__all__ = ["RenderProblem", "Rendered"]
