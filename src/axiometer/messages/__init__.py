"""The command line's words in the reader's language: English as written in the code, Chinese from `zh.yaml`."""

from axiometer.messages.catalogue import Language, language, t

__all__ = ["Language", "language", "t"]
