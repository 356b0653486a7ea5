"""The rule under everything: the server keeps addresses of media, never the media.

Imports nothing of ours. `media_url` and `fields` guard what comes in, `visibility` what goes out,
`headers` the browser, `sandbox` the process, `redaction` the logs, `checks` the installation.
"""
