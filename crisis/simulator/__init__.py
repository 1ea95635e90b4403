"""The simulator: a carrier inside this machine, with two phones and a mailbox to look at."""
