from __future__ import annotations

from enum import StrEnum

from cordboard.sip.machine import StateMachine, Table


class Lamp(StrEnum):
    OFF = "Off"
    ON = "On"


class Push(StrEnum):
    BUTTON = "button"
    TIMER = "timer"


class Light(StateMachine[Lamp, Push, str]):
    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(Lamp.OFF)

    def handle(self, input: Push, now: float) -> list[str]:
        return self.step(input, "argument", now)

    def light(self, argument: object, now: float) -> tuple[str, ...]:
        self.arm(Push.TIMER, now + 10)
        return (f"{self.state} {argument} {now}",)

    def more(self, _: object, now: float) -> tuple[str, ...]:
        return ("more", "and more")

    TABLE: Table[Lamp, Push, str] = {
        (Lamp.OFF, Push.BUTTON): (Lamp.ON, (light, more)),
        (Lamp.ON, Push.TIMER): (Lamp.OFF, ()),
    }


def test_actions_run_in_order_in_the_new_state() -> None:
    assert Light().handle(Push.BUTTON, 3) == ["On argument 3", "more", "and more"]


def test_what_is_not_in_the_table_does_nothing() -> None:
    light = Light()
    assert light.handle(Push.TIMER, 0) == []
    assert light.state is Lamp.OFF


def test_timer_fires_once_when_it_is_due() -> None:
    light = Light()
    light.handle(Push.BUTTON, 1)
    assert light.deadline == 11
    assert light.tick(10.9) == []
    assert light.state is Lamp.ON
    light.tick(11)
    assert light.state is Lamp.OFF
    assert light.deadline is None


def test_disarmed_timers_do_not_fire() -> None:
    light = Light()
    light.handle(Push.BUTTON, 1)
    light.disarm(Push.TIMER, Push.BUTTON)
    light.tick(100)
    assert light.state is Lamp.ON
    light.arm(Push.TIMER, 200)
    light.disarm_all()
    assert light.deadline is None
