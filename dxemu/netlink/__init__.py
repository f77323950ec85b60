"""One Linux object a file: make it, read it back, delete it. The only package that imports pyroute2.

pyroute2's message classes put the messages together and take them apart. Its sockets are not used:
a lab has a socket for each of many namespaces in one process, and the kernel has answered a netlink
request by the time that send(2) returns, so there is nothing to wait for.
"""
