"""Prompts: Jinja2 templates by step, language and wording number, each with a version and a hash."""

from axiometer.prompts.library import Template, languages, load_template, wordings

__all__ = ["Template", "languages", "load_template", "wordings"]
