"""What players are told about draws, and the sweeps that send it."""
