"""Topology -> Plan: every namespace, cable, interface, address and session. Pure: no root, no network, no clock."""
