"""textmine reads Chinese complaints and survey answers: why customers are unhappy, how sure, what is new.

Importing the package loads nothing heavy; each part is imported where it is used.
"""

__version__ = "0.1.0"
