"""`make bench`: our hotline beside the same Asterisk with a dialplan and app_queue only. See docs/performance.md."""
