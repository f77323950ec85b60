"""`report.html`: a run on one page, in one file, for people who were not there.

The template lays out, the modules here give it words, numbers and drawings. Nothing on the page comes from a network.
"""
