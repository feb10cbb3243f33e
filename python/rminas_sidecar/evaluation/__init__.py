"""What an evaluation is: its specification, the one-batch trainer and the representation score."""
