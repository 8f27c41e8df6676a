"""What models cost, and what an answer did: tables of prices, how a model is found in them, and the arithmetic. Pure.

Read `price.py` first; `prices.py` is what others ask.
"""
