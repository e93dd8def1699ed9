"""Trained models shipped with textmine, one folder each. Data only."""
