"""Where scripts outside find what is drawn of chains; it lives in `workbench.app.uncertainty`."""
