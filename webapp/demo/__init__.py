"""The demo data set, the stand-in for a customer's media server, and the one command that starts everything."""
