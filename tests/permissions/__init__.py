"""Who may do what: one data file, and the tests that hold every door of the product to it."""
