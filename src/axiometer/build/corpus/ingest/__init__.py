"""The first step: files of any kind to texts, with a reason for every row that is none."""

from axiometer.build.corpus.ingest.ingesting import NAME, first_texts, ingest
from axiometer.build.corpus.ingest.options import IngestOptions
from axiometer.records.texts.sources import SourceFile, Sources, check_sources, estimate_rows

__all__ = ["NAME", "IngestOptions", "SourceFile", "Sources", "check_sources", "estimate_rows", "first_texts", "ingest"]
