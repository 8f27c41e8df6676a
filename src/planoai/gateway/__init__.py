"""The shell: one request is one coroutine. Read exchange.py first."""
