"""The verbs of promotions. Each takes the viewer first, checks what they may do, and is one transaction.

Every change of state is an UPDATE that names the states it may come from. Whoever locks more than one thing takes the
dataset first, then promotions by key, their items, items of datasets, stored files, the audit record's head, the job.
"""
