"""A part of an analysis: some of the items by themselves, so that work and memory follow their number."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from axiometer.analyze.coded.arrays import Booleans, Integers
from axiometer.analyze.coded.catalogue import Catalogue, Expressed
from axiometer.analyze.coded.presentations import Presentations
from axiometer.analyze.inference.sources import Sources


@dataclass(frozen=True, slots=True)
class Part:
    """Some items of a catalogue as a catalogue. `item` and `option`: what the whole one's are here, -1 for others."""

    catalogue: Catalogue
    item: Integers
    option: Integers

    def of(self, presentations: Presentations) -> Presentations:
        """The presentations of the part's items."""
        rows = presentations.where(self.item[presentations.item] >= 0)
        return replace(
            rows,
            item=self.item[rows.item],
            option=np.where(rows.option >= 0, self.option[rows.option], -1),
            shown=np.where(rows.shown >= 0, self.option[rows.shown], -1),
        )


def part_of(catalogue: Catalogue, kept: Booleans) -> Part:
    """The part with the items `kept`, at least one. Levels and the names of themes stay those of the whole."""
    option_kept = kept[catalogue.option_item]
    item, option = _places(kept), _places(option_kept)
    groups, group = np.unique(catalogue.group[kept], return_inverse=True)
    counts = catalogue.options_of[kept]
    part = Catalogue(
        id=catalogue.id.filter(kept),
        parallel_id=catalogue.parallel_id.filter(kept),
        lang=catalogue.lang[kept],
        group=group.astype(np.int64),
        groups=len(groups),
        start=np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64),
        option_item=item[catalogue.option_item[option_kept]],
        side=catalogue.side[option_kept],
        sources=_sources(catalogue.sources, groups),
        levels=catalogue.levels,
        expressed={key: _expressed(each, option) for key, each in catalogue.expressed.items()},
        themes=catalogue.themes,
        theme=catalogue.theme[kept],
        attributions=catalogue.attributions,
        attribution=catalogue.attribution[kept],
        solved=catalogue.solved[kept],
        maps=None if catalogue.maps is None else catalogue.maps.only(kept),
    )
    return Part(part, item, option)


def _places(kept: Booleans) -> Integers:
    return np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int64)


def _expressed(whole: Expressed, option: Integers) -> Expressed:
    there = option[whole.option] >= 0
    return replace(
        whole, option=option[whole.option[there]], target=whole.target[there], polarity=whole.polarity[there]
    )


def _sources(whole: Sources, groups: Integers) -> Sources:
    """The sources of some groups, numbered anew, in their order."""
    padded = whole.kinds[whole.kind[groups]]
    there = padded < whole.count
    names, source = np.unique(padded[there], return_inverse=True)
    group = np.repeat(np.arange(len(groups)), there.sum(axis=1))
    return Sources.coded(group, source.astype(np.int64), len(groups), len(names))
