"""Grading a class: a folder of returned notebooks in, a table of points and a page each out,
and a page of questions for the teacher.

`make grade FOLDER=returned`, or `python -m exercises.grading FOLDER --out OUT`. Student code runs
in a sandbox (see `sandbox.py`). Text that comes from a submission is data: it is never used as a
key, a format or a path.
"""
