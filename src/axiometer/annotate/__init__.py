"""People label a run's free answers, and judges are screened on answers whose labels we know."""
