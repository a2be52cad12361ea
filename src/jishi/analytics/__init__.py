"""Pure numbers: dated facts and a rule in, indicators, scores and receipts out.

Nothing in here knows Django, the clock, the network or a file. Expressions are written once with Ibis
and run on whichever engine holds the facts; normalising, ranking and what-if are NumPy.
"""
