"""What every test may use; the parts live in tests/parts/."""

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
