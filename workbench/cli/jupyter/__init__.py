"""Commands about Jupyter: JupyterLab on the notebooks, and this environment as a kernel."""
