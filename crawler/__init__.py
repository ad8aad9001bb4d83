"""Brings documents in: the Hub through huggingface_hub, vendors' pages through requests; politely and guarded."""
