"""Pairs of rules that conflict to dilemmas: scenes written, checked by a second request, filtered, made into items."""
