"""A topology as a picture: what is on it (sketch), where it goes (layers, stacking, layout), how it looks (draw)."""
