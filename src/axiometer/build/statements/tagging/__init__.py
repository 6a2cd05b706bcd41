"""Tags for texts that fit no topic: given by a model, merged where they mean the same, and assigned."""
