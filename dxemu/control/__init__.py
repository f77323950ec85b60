"""What the routers' tables hold once everybody has heard of everything, and where packets go by them. Pure."""
