"""How the processes of a sidecar talk: the socket, the pipes, heartbeats, and the watch for a parent that is gone."""
