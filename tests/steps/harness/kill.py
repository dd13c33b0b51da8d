"""Chooses the moments to kill a step: random, but the same in every run of the tests, and spread over its whole run."""

import random

SLICES = 10


def moments(seed, duration):
    """Endless moments: of every ten, one is in each tenth of the time, in any order."""
    chance = random.Random(seed)
    while True:
        for part in chance.sample(range(SLICES), SLICES):
            yield (part + chance.random()) * duration / SLICES
