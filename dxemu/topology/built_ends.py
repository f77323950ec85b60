"""The customer's end of a virtual interface in a topology file -> CustomerEnd: only what differs from AWS's end."""

from __future__ import annotations

from dxemu.aws.asn import PUBLIC_VIF_AMAZON_SIDE
from dxemu.aws.lag import LacpMode
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_interface import VirtualInterfaceEntry
from dxemu.topology.model_ends import CustomerEnd
from dxemu.units import Asn, VlanId


def customer_end(file: TopologyFile, vif: VirtualInterfaceEntry, asn: int) -> CustomerEnd:
    """What the customer's router has configured otherwise. `asn` is the customer's, as AWS knows it."""
    mine, lag = vif.customer, file.lags.get(vif.connection)
    amazon = None if vif.amazon_address is None else vif.amazon_address.ip
    return CustomerEnd(
        vlan=None if mine.vlan in (None, vif.vlan) else VlanId(mine.vlan),
        asn=None if mine.asn in (None, asn) else Asn(mine.asn),
        amazon_asn=None if mine.amazon_asn in (None, amazon_asn(file, vif)) else Asn(mine.amazon_asn),
        address=None if mine.address == vif.customer_address else mine.address,
        amazon_address=None if mine.amazon_address == amazon else mine.amazon_address,
        auth_key=None if mine.auth_key == vif.auth_key else mine.auth_key,
        signs=mine.signs,
        mtu=None if mine.mtu == vif.mtu else mine.mtu,
        ttl_security=mine.ttl_security,
        lacp=lag is None or lag.customer.lacp is not LacpMode.OFF,
    )


def amazon_asn(file: TopologyFile, vif: VirtualInterfaceEntry) -> int:
    """AWS's ASN on a virtual interface: its gateway's, or 7224 on a public one."""
    if vif.gateway is None:
        return int(PUBLIC_VIF_AMAZON_SIDE)
    vgw = file.aws.virtual_private_gateways.get(vif.gateway)
    return file.aws.direct_connect_gateways[vif.gateway].asn if vgw is None else vgw.asn
