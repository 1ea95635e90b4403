"""Puts messages into the broker of the peer that is named: `by_celery 5000`."""

import sys
from importlib import import_module

from bench.peers import message

if __name__ == "__main__":
    name, count = sys.argv[1:]
    import_module(f"bench.peers.{name}").put(message.numbers(int(count)))
