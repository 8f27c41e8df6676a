"""Every header, metric and attribute name that users see, once; and the header names that several layers have to know."""

REQUEST_ID = b"x-request-id"
UPSTREAM_REQUEST_ID = b"x-upstream-request-id"  # the upstream's own x-request-id, moved aside for ours
MODEL = b"x-plano-model"
ATTEMPTS = b"x-plano-attempts"  # how often upstreams were asked for this answer
SERVER_TIMING = b"server-timing"
OURS = (b"x-plano-", b"x-arch-")  # headers that begin like this speak to or of the gateway and never pass through it
AFFINITY = b"x-model-affinity"
TRACEPARENT, TRACESTATE = b"traceparent", b"tracestate"  # W3C Trace Context

# Fields that frame a message or speak about its connection (RFC 9110, 6.6.1 and 7.6.1): the HTTP layer writes them, nobody else may.
FRAMING_FIELDS = frozenset(
    b"connection content-length date keep-alive proxy-connection te trailer transfer-encoding upgrade".split()
)
