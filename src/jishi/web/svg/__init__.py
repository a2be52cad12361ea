"""Small charts drawn on the server: there without scripts, in print and in mail."""
