"""What AWS does: pure rules and numbers, each with its AWS page and the day it was read."""
