"""Topology -> Plan, and what should happen when it breaks. Pure: no root, no network, no clock."""
