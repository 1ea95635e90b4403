"""The live room: who may listen, what they are told, and who is there."""
