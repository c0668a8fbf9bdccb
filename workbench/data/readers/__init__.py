"""One module a format: each turns a path into fields, named arrays that are read slice by slice."""
