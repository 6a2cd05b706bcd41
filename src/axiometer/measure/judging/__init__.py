"""A judge reads free answers: which option each is closer to, or on which values it acts."""
