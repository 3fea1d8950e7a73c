"""The HTTP API, one module per subject. Each makes its router from the parts it is given."""
