"""Heat and humidity: psychrometrics, WBGT, thermal comfort, mould."""
