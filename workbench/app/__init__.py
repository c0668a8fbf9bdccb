"""The page, in rooms by subject: the only folder that imports Panel and Bokeh."""
