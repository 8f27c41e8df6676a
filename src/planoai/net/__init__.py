"""HTTP/1.1 over sockets, and nothing of what travels in it.

Towards our clients: server, accepting, share, service, connection, wait, ending, reading, head, request, reply, refusal, limits.
Towards upstreams: client, pool, connecting, lookups, addresses, proxy, tunnel, upstream, arrival, unreachable, bounds, origin.
Both: headers, wire, decoding, deadline, tls, tls_connection.
"""
