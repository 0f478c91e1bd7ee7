"""Telling partners' systems that something has happened, after www.standardwebhooks.com.

A delivery says what kind of thing happened to which record; who wants to know more asks the API,
where consent is checked again.
"""
