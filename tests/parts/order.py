"""Slow files are begun first, so that at the end no worker waits for another; browsers come last.

A browser holds the event loop of its worker to the end, and nothing else could run one after it.
"""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the order of tests within each file."""
    browsers = _files_with("browser", items)
    slow = _files_with("slow", items)
    items.sort(key=lambda item: (item.path in browsers, item.path not in slow))


def _files_with(mark: str, items: list[pytest.Item]) -> set[object]:
    return {item.path for item in items if item.get_closest_marker(mark)}
