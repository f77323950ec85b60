"""Tunnels whose two ends no longer agree on how keys for ESP are renewed, while the keys that they have go on."""

from __future__ import annotations

from collections.abc import Awaitable

from dxemu.errors import FaultNotApplied
from dxemu.lab.overlay import UP_WITHIN_S, Overlay
from dxemu.plan.model import IpsecTunnel

ANOTHER_GROUP = "aes256gcm16-ecp256"
"""A tunnel's cipher with Diffie-Hellman group 19, where the customer's end has group 20."""


async def refuse(overlay: Overlay, tunnel: IpsecTunnel) -> str:
    """AWS's end has another group from now on. Gives charon's words when a renewal is refused for that.

    The first keys for ESP of an IKE SA need no group of their own (RFC 7296 section 1.2): the tunnel authenticates
    again without a gap, since keys are renewed by what they were made with, and then a renewal is asked for.
    Raises FaultNotApplied.
    """
    if not overlay.is_up(tunnel):
        raise FaultNotApplied(f"{tunnel.name} is not up: it has no keys to be renewed")
    near, far = (overlay.daemon(end.node) for end in tunnel.ends)
    await overlay.calm()
    await far.propose(tunnel.name, ANOTHER_GROUP)
    if not await _authenticated(overlay, tunnel):
        raise FaultNotApplied(f"{tunnel.name} did not authenticate again, so it goes on as it was set up")
    await near.rekey(tunnel.name)
    if not await overlay.within(UP_WITHIN_S, lambda: bool(near.refusal(tunnel.name))):
        raise FaultNotApplied(f"{tunnel.ends[1].node} should refuse new keys for {tunnel.name}, and does not")
    return near.refusal(tunnel.name)


async def take_again(overlay: Overlay, tunnel: IpsecTunnel) -> str:
    """AWS's end has the group that it had. Gives what came of the tunnel: one that is down connects."""
    near, far = (overlay.daemon(end.node) for end in tunnel.ends)
    await overlay.calm()
    await far.propose(tunnel.name, None)
    if not overlay.is_up(tunnel):
        return await overlay.come_up(tunnel)
    if not await _authenticated(overlay, tunnel):
        return "it does not authenticate again yet"
    taken = await _new_keys(overlay, tunnel, near.rekey(tunnel.name))
    if not taken:
        raise FaultNotApplied(f"{tunnel.ends[1].node} should take new keys for {tunnel.name}, and does not")
    return "they are renewed"


async def _authenticated(overlay: Overlay, tunnel: IpsecTunnel) -> bool:
    near = overlay.daemon(tunnel.ends[0].node)
    done = await _new_keys(overlay, tunnel, near.authenticate_again(tunnel.name))
    if done:
        overlay.authenticated(tunnel)
    return done


async def _new_keys(overlay: Overlay, tunnel: IpsecTunnel, asked: Awaitable[None]) -> bool:
    """Ask for new keys. Gives whether both ends soon have them in the place of those of before."""
    ends = [overlay.daemon(end.node) for end in tunnel.ends]
    before = [end.keys(tunnel.name) for end in ends]
    await asked
    done = await overlay.within(
        UP_WITHIN_S,
        lambda: all(
            end.keys(tunnel.name) and not end.keys(tunnel.name) & old for end, old in zip(ends, before, strict=True)
        ),
    )
    await overlay.calm()
    return done
