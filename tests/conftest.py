"""What holds for every test."""

from hypothesis import settings

# Wall-clock limits test the machine, not the code: a busy one would fail a property that holds.
settings.register_profile("shouwen", deadline=None)
settings.load_profile("shouwen")
