"""What the live room promises, shown on real sockets of the running product."""
