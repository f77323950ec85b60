"""What each code of an error means, a paragraph each: `dxemu explain CODE`."""
