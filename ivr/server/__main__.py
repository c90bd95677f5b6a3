"""`python -m ivr.server` is the command `ivr`."""

from ivr.server.main import app

app()
