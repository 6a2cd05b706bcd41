"""The old name of `measure.asking`."""
