"""The garbage collector does not look again and again through what stays until the end of a run.

With thousands of tests loaded, a full collection took a third of a second, and a fifth of the
processor time of the suite went into them.
"""

import gc

from crisis.kernel.heap import freeze_what_is_loaded


def pytest_collection_finish() -> None:
    freeze_what_is_loaded()
    gc.set_threshold(10_000, 20, 20)
