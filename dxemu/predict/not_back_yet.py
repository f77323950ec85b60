"""What a fault costs because something that was healed before it strikes is not back yet."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from dxemu.control.tables import Believed
from dxemu.predict.outcome import Fate, Flow, World
from dxemu.predict.returns import Return
from dxemu.predict.standing import together
from dxemu.predict.windows import Term, Window


def still_missing(
    world: World,
    returns: Sequence[Return],
    at: float,
    known: Believed,
    flow: Flow,
    dead: AbstractSet[str],
    outage: Window,
) -> tuple[Term, ...]:
    """What a fault at `at` costs beyond `outage`, as what was healed before it may not be back when it strikes."""
    worst = 0.0
    for returning in returns:
        late = [one for one in returning.comebacks if returning.at + one.after.high_s > at]
        believed = known
        for one in late:
            believed = together(believed, one.gone)
        if late and world.view(believed).fate(flow, dead) is Fate.LOST:
            worst = max(worst, *(returning.at + one.after.high_s - at for one in late))
    if worst <= outage.high_s:
        return ()
    return (Term("what was healed before not being back yet", 0, worst - outage.high_s, "scenario: for"),)
