"""Importers: published formats to items or rules, with every source row accounted for."""

from __future__ import annotations

from axiometer.errors import InputError
from axiometer.records.importers.accounting import (
    Imported,
    Importer,
    ImportOptions,
    Rejected,
    write_rejects,
)

__all__ = ["ImportOptions", "Imported", "Importer", "Rejected", "importer", "importers", "write_rejects"]


def importers() -> dict[str, Importer]:
    """All importers by the name of their format, in alphabetical order."""
    from axiometer.records.importers.conflictscope import conflictscope
    from axiometer.records.importers.cvc import cvc_dilemmas, cvc_themes
    from axiometer.records.importers.cvc_rules import cvc_rules
    from axiometer.records.importers.daily_dilemmas import daily_dilemmas
    from axiometer.records.importers.mic import mic
    from axiometer.records.importers.moralchoice import moralchoice
    from axiometer.records.importers.navab import navab
    from axiometer.records.importers.people import people
    from axiometer.records.importers.quest100 import quest100
    from axiometer.records.importers.questions import questions
    from axiometer.records.importers.social_chemistry import social_chemistry
    from axiometer.records.importers.starter import starter
    from axiometer.records.importers.starter_news import planted_position, starter_news
    from axiometer.records.importers.table import table

    formats: list[Importer] = [
        conflictscope,
        cvc_dilemmas,
        cvc_rules,
        cvc_themes,
        daily_dilemmas,
        mic,
        moralchoice,
        navab,
        people,
        planted_position,
        quest100,
        questions,
        social_chemistry,
        starter,
        starter_news,
        table,
    ]
    return {importer.name: importer for importer in formats}


def importer(name: str) -> Importer:
    """The importer of a format. Raises `InputError` with the names of all formats."""
    known = importers()
    if name not in known:
        raise InputError("there is no format {name!r}", mend="one of {known}", name=name, known=", ".join(known))
    return known[name]
