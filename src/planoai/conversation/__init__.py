"""The words everyone shares: what a conversation is, whichever API it came in by.

Every dialect reads to these values and writes from them, so that four APIs need four folders and not twelve pairs. Nothing here knows a
wire format. What only one API can say travels as `Opaque` parts, `HostedTool`s and `extras`, each marked with the dialect it came from: that
dialect writes it back, every other one reports it as lost.
"""
