"""What only dxemu's developers run: it is no part of the package."""
