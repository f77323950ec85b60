"""BGP without sockets: routes, tables, the decision process and policy (RFC 4271 section 9)."""
