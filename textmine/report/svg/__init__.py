"""Drawings of our own: SVG text without scripts, fonts or files, with the boxes of its labels for tests."""
