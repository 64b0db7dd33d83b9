"""Air: carbon dioxide and ventilation, particles, gases, volatile organic compounds."""
