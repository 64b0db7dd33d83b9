"""What a service reports about a period: counted, told, exported with its checks, checked again."""
