"""Moments to kill a step at: random, but the same in every run of the tests, and spread over all that it does."""

import random

SLICES = 10


def moments(seed, duration):
    """Moments without end: of every ten, one in each tenth of the time, in any order."""
    chance = random.Random(seed)
    while True:
        for part in chance.sample(range(SLICES), SLICES):
            yield (part + chance.random()) * duration / SLICES
