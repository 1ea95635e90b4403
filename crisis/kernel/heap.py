"""What the garbage collector need not look through again."""

import gc


def freeze_what_is_loaded() -> None:
    """Take everything that is there now for what stays: modules, routes, tables, templates.

    A full collection looks through every object, and nothing else runs meanwhile: a tenth of a
    second for what this program loads, in which no page is answered and no news is told. To be
    called once, when all is loaded and before the first request.
    """
    gc.collect()
    gc.freeze()
