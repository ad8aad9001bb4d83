"""What runs when: the refresh job, the daemon, the lock, alerts."""
