"""BGP without sockets: routes, tables, the decision process and policy (RFC 4271 section 9).

Nothing of AWS: its policies are `dxemu.aws` and `dxemu.control.policy`. Sessions are the daemons'.
"""
