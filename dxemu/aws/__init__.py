"""What AWS does: pure rules and numbers, each with its AWS page and the day it was read.

Nothing of files, plans or labs: who checks a number or obeys it imports it from here.
"""
