"""What the lessons share: loading, plotting, explorers, claims.

Importing this package is cheap (under 0.2 s) and never imports TensorFlow.
"""
