"""The PyTorch half of rminas: trains, scores and ranks architectures for a controller behind a ZeroMQ socket."""
