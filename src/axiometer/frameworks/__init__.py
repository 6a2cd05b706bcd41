"""What can be valued: frameworks of values, their names and definitions, and the check of a framework's file."""

from axiometer.frameworks.check import check_file
from axiometer.frameworks.findings import Finding
from axiometer.frameworks.load import load_framework, shipped
from axiometer.frameworks.model import Framework, Level, Value

__all__ = ["Finding", "Framework", "Level", "Value", "check_file", "load_framework", "shipped"]
