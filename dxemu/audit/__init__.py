"""What is weak in a design. One rule is one file; the listing of this folder is the menu."""
