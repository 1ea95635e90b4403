"""What holds for the whole house, whoever builds the next room."""
