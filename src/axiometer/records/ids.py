"""Content hashes: the same content has the same id on every machine and in every run."""

from __future__ import annotations

import hashlib
import json

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical(value: object) -> bytes:
    """`value` as canonical JSON bytes: sorted keys, no spaces, UTF-8."""
    return _ENCODER.encode(value).encode()


def content_id(*parts: object) -> str:
    """32 hex digits (128 bits) of the SHA-256 of the canonical JSON of `parts`."""
    return hashlib.sha256(canonical(parts)).hexdigest()[:32]
