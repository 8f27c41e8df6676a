"""Who serves models, as data: where, in which dialects, with which key, and what they accept. One row each in `catalog`."""
