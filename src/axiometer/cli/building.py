"""`axiometer build`: texts to rules, rules to pairs, pairs to items, and what else becomes of them; in the order of the
work."""

from __future__ import annotations

import typer

from axiometer.cli.blind import blind
from axiometer.cli.conflicts import conflicts
from axiometer.cli.corpus import corpus
from axiometer.cli.deduplicating import dedup
from axiometer.cli.dilemmas import dilemmas
from axiometer.cli.mapping import map_items
from axiometer.cli.scenes import scenes
from axiometer.cli.statements import statements
from axiometer.cli.themes import themes
from axiometer.cli.translating import translate
from axiometer.cli.usage import Verbs
from axiometer.messages import t

app = typer.Typer(cls=Verbs, rich_markup_mode=None)
app.command("corpus", help=t("Texts to a corpus of value rules. The same command goes on where it stopped."))(corpus)
app.command("dedup", help=t("Drop near-duplicates from a table of rules, or find what threshold tells them."))(dedup)
app.command("conflicts", help=t("Rules to pairs that conflict. The same command goes on where it stopped."))(conflicts)
app.command("dilemmas", help=t("Pairs of rules to dilemmas. The same command goes on where it stopped."))(dilemmas)
app.command("themes", help=t("Two rule sets to items, theme by theme. The same command goes on where it stopped."))(
    themes
)
app.command("scenes", help=t("Values to scenes, with rules and without. The same command goes on where it stopped."))(
    scenes
)
app.command("statements", help=t("News to statements, and to items. The same command goes on where it stopped."))(
    statements
)
app.command("blind", help=t("Mark items whose statement a run tells without the question."))(blind)
app.command("translate", help=t("Items to other languages, checked. The same command goes on where it stopped."))(
    translate
)
app.command("map", help=t("Unmapped items to mapped ones: which option fits which rule, how sure that is."))(map_items)
