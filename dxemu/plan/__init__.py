"""Topology -> Plan: every namespace, cable, interface, address and session. Pure: no root, no network, no clock.

What routers will believe is `dxemu.control`'s, what a failure costs `dxemu.predict`'s.
"""
