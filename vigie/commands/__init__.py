"""The verbs, one module a family; heavy modules are imported inside the functions that need them."""
