"""What holds for every test."""

from hypothesis import HealthCheck, settings

# How long a machine takes says nothing of the code: it may have other work.
settings.register_profile("planoai", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("planoai")
