"""How a stream sounds: MOS by the E-model (ITU-T G.107) from loss, bursts, delay and jitter.

Everything that a packet network does not change has G.107's default (table 2): what is left is the delay impairment
`Id` (clause 7.4, with the default echo losses, so that even a short delay costs a little) and the effective equipment
impairment `Ie,eff` (clause 7.5). `Ie` and `Bpl` come from G.113 appendix I.

What is assumed: the sound is in packets of 20 ms, and the listener's jitter buffer holds twice the mean jitter. G.113
has nothing on the narrowband scale for G.722 and nothing at all for Opus; both are taken to sound and to stand loss
like G.711 with concealment, which both have in a stronger form: their figures are a lower bound.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Codec(NamedTuple):
    """Its equipment impairment factor and its robustness to packet loss (G.113 appendix I)."""

    ie: float
    bpl: float


CONCEALED = Codec(0.0, 25.1)  # G.711 with the concealment of its appendix I, 10 ms
PLAIN = Codec(0.0, 4.3)  # G.711 that plays silence for what is lost
CODECS = {"PCMU": CONCEALED, "PCMA": CONCEALED, "G722": CONCEALED, "OPUS": CONCEALED, "G729": Codec(11.0, 19.0)}

# G.107 with table 2's defaults: the basic signal-to-noise ratio less the simultaneous impairments, and the noise.
RO, IS, NO = 94.7688, 1.4136, -61.1793
RLR, TELR, WEPL = 2.0, 65.0, 110.0  # dB

PACKET = 0.020  # seconds that go by until a packet is full
JITTERS_HELD = 2.0
LOSS_FOR_BURSTS = 0.15  # above it all loss comes in bursts, and G.107 does not claim to tell them apart


def mos(codec: str, loss: float, burst: float, delay: float, jitter: float, *, concealed: bool = True) -> float:
    """The mean opinion score, 1.0 to 4.5, of a stream as it was received.

    `loss`: fraction of the packets; `burst`: how many are lost in a row on average (0.0: none, or not known);
    `delay`: seconds on the way; `jitter`: seconds. `concealed`: the listener hides what is lost of G.711.
    """
    known = CODECS.get(codec.upper(), CONCEALED)
    if known is CONCEALED and not concealed:
        known = PLAIN
    one_way = 1000 * (delay + PACKET + JITTERS_HELD * jitter)
    return opinion(RO - IS - delay_impairment(one_way) - equipment_impairment(known, loss, burst))


def opinion(rating: float) -> float:
    """MOS of a transmission rating factor R (G.107 annex B)."""
    if rating >= 100:
        return 4.5
    return max(1.0, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6) if rating > 0 else 1.0


def delay_impairment(delay: float) -> float:
    """`Id` of a mean one-way delay in milliseconds: talker echo, listener echo, and the delay itself (clause 7.4)."""
    return _talker_echo(delay) + _listener_echo(2 * delay) + _absolute(delay)


def _talker_echo(delay: float) -> float:
    loss = TELR - 40 * math.log10((1 + delay / 10) / (1 + delay / 150)) + 6 * math.exp(-0.3 * delay * delay)
    half = (-1.5 * (NO - RLR) - (80 + 2.5 * (loss - 14))) / 2
    return (half + math.hypot(half, 10) - 1) * (1 - math.exp(-delay))


def _listener_echo(round_trip: float) -> float:
    half = (RO - 10.5 * (WEPL + 7) * math.pow(round_trip + 1, -0.25)) / 2
    return half + math.hypot(half, 13)


def _absolute(delay: float) -> float:
    if delay <= 100:
        return 0.0
    doublings = math.log2(delay / 100)
    return 25 * (_sixth_root(1 + doublings**6) - 3 * _sixth_root(1 + (doublings / 3) ** 6) + 2)


def _sixth_root(value: float) -> float:
    return math.pow(value, 1 / 6)


def equipment_impairment(codec: Codec, loss: float, burst: float) -> float:
    """`Ie,eff` (clause 7.5); the burst ratio is `burst` over what random loss would have, 1 / (1 - loss)."""
    percent = 100 * min(max(loss, 0.0), 1.0)
    ratio = max(1.0, burst * (1 - min(loss, LOSS_FOR_BURSTS)))
    return codec.ie + (95 - codec.ie) * percent / (percent / ratio + codec.bpl)
