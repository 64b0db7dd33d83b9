"""The verbs of the command line, one module a family; heavy modules are imported inside the functions that need them."""
