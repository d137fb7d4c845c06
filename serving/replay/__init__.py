"""Past estimates made again: the bundles that made them, replay, and restatement by newer ones."""
