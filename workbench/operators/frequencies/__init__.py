"""Frequencies that scanners, telescopes and detectors measure."""
