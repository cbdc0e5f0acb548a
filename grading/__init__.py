"""Grading a class: a folder of returned notebooks in, a table of points and a page each out.

`python -m grading FOLDER --out OUT`, or `make grade FOLDER=returned`. No server and no database:
what nbgrader needs lives in a temporary folder that goes when the grading ends.
"""
