"""What agents see in their softphones: frames are decoded, and what is shown has a size and moves."""

from __future__ import annotations

from playwright.async_api import expect

from kit.lab_agent import PATIENCE, AgentPage, soon

MOVES = """async (name) => {
  const video = document.querySelector(`[data-testid="${name}"]`);
  if (!video || video.hidden || video.videoWidth === 0) return false;
  const next = () => new Promise((done) => {
    video.requestVideoFrameCallback((now, frame) => done(frame.presentedFrames));
  });
  const timeout = new Promise((done) => setTimeout(() => done(0), 2000));
  const first = await Promise.race([next(), timeout]);
  return first > 0 && (await Promise.race([next(), timeout])) > first;
}"""


async def sees(agent: AgentPage, within: float = PATIENCE) -> None:
    """The other side's picture is there and moves."""
    await _moves(agent, "remote-video", within)


async def sees_itself(agent: AgentPage, within: float = PATIENCE) -> None:
    await _moves(agent, "self-video", within)


async def sees_nothing(agent: AgentPage, within: float = PATIENCE) -> None:
    """Nothing of the other side."""
    await soon(expect(agent.by("remote-video")).to_be_hidden, within=within)


async def shows_nothing(agent: AgentPage, within: float = PATIENCE) -> None:
    """Its own picture is gone, and its camera free."""
    await soon(expect(agent.by("self-video")).to_be_hidden, within=within)


async def _moves(agent: AgentPage, name: str, within: float) -> None:
    await soon(expect(agent.by(name)).to_be_visible, within=within)
    await agent.phone.wait_for_function(MOVES, arg=name, timeout=within * 1000)
