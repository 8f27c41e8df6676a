"""Every header, metric and attribute name that users see, once."""

REQUEST_ID = b"x-request-id"
UPSTREAM_REQUEST_ID = b"x-upstream-request-id"  # the upstream's own x-request-id, moved aside for ours
MODEL = b"x-plano-model"
SERVER_TIMING = b"server-timing"
OURS = (b"x-plano-", b"x-arch-")  # headers that begin like this speak to or of the gateway and never pass through it
AFFINITY = b"x-model-affinity"
