"""The door for people: HTML pages and their private JSON feeds.

One module per page: its documented context, then its views, which are thin. The frame around every page is in
frame.py, who may come in and how a refusal becomes HTTP in door.py and errors.py.
"""
