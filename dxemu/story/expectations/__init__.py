"""What can be expected of a run. One subject is one file: what is written, how it is judged, its words for people."""
