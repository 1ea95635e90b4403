"""Wake-up calls: the worker that looks every few seconds whether something is due."""
