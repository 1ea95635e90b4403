"""What every test may use; the parts live in tests/parts/."""

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.parts.room_for_files",
    "tests.parts.promises",
    "tests.parts.order",
    "tests.parts.heap",
    "tests.parts.passwords",
    "tests.parts.postgres",
    "tests.parts.redis",
    "tests.parts.databases",
    "tests.parts.templates",
    "tests.parts.browser",
    "tests.parts.scripts",
    "tests.parts.server",
]

# How long an example takes is the machine's affair, and decides nothing.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
