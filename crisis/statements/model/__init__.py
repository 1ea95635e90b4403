"""A statement: one text the whole government stands behind, and everything that can happen to it.

Facts, not flags. A version is frozen as bytes; an approval is a row about one version and its
SHA-256. Whether a statement is approved is always computed from those rows, so nothing has to be
reset when a text changes: approvals of another text simply no longer count.
"""
