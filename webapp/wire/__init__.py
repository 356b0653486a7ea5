"""The door for programs: `/v1/nucleus`, compatible with the `scale-nucleus` SDK.

One module per SDK noun; rows_in.py and rows_out.py are the only dictionary between the SDK's words and ours.
door.py is the one view, routes.py the table of what is served. The wire shapes are frozen by the SDK (docs/wire.md).
"""
