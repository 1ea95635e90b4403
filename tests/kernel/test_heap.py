"""What is loaded once is not looked through by every collection."""

import gc

from crisis.kernel.heap import freeze_what_is_loaded


class Loaded:
    """Stands for a module, a route or a table."""


def test_what_is_there_is_left_alone_and_what_comes_later_is_not() -> None:
    before = Loaded()
    freeze_what_is_loaded()
    later = Loaded()

    watched = [each for each in gc.get_objects() if isinstance(each, Loaded)]
    assert watched == [later]
    assert gc.get_freeze_count() > 0
    assert before not in watched
