"""The one-shot methods: each file has the relaxation, the loss, the order of updates and the reading of one method."""
