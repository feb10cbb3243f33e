"""The proxies of untrained networks, one a file: whatever module lies here is taken for one and has a PROXY."""
