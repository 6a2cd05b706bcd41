"""Which values a text expresses: classifiers trained, evaluated and applied, and models profiled by their own words."""
