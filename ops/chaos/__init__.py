"""What happens to mails, webhooks and pages when everything around them fails, again and again.

    make chaos         one seed, both databases, times scaled down
    make chaos-full    ten seeds, times as they are

Everything is real: PostgreSQL, Redis, web processes, Celery workers with beat (on SQLite the
built-in loops), an SMTP server and a webhook receiver that count. Faults come from outside:
signals, a proxy, servers that end. The seed chooses who is hit at which moment and which recipient
does what.
"""
