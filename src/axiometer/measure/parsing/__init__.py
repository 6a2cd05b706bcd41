"""From replies to readings: pure functions of their arguments, for any text.

What the outcomes mean here: CHOSEN, one option (or stance) is the verdict, whatever else is discussed and whatever is
said about having no views; BOTH, several are; REFUSED, the reply declines to answer (cannot help, has no opinions,
stays neutral, against its rules); EVASIVE, it answers without taking a side (depends, both have merits, `neither`);
TRUNCATED, the length limit came before a verdict; FILTERED, the service's content filter stepped in; INVALID, anything
else (empty, rubbish, a letter that is not on offer, a letter with another option's text).
"""

from axiometer.measure.parsing.agreement import read_agreement
from axiometer.measure.parsing.choice import read_choice
from axiometer.measure.parsing.logprobs import letter_probabilities
from axiometer.measure.parsing.reading import LetterMass, Reading

__all__ = ["LetterMass", "Reading", "letter_probabilities", "read_agreement", "read_choice"]
