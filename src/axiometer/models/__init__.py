"""Who answers: respondents behind one protocol, found by `provider/name`."""
