"""The parts pages are made of. Templates reach them through `{% load jishi %}`."""
