"""The page: the only folder that imports Panel and Bokeh."""
