"""What the routers' tables hold once everybody has heard of everything, and where packets go by them. Pure.

How long that takes is not said here; `dxemu.predict` does. Labs choose with the same policies, in `dxemu.lab`.
"""
