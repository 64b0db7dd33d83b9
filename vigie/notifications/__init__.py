"""Mail and webhooks about tickets: who is told what, when, in which words, and that it arrives once."""
