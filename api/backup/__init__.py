"""Back-up and restoration: one file, taken from a running service, checked, sealed if asked."""
