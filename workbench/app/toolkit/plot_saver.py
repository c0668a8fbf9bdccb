"""A button on every plot that saves it, in the browser alone."""

from pathlib import Path

from panel.custom import JSComponent


class PlotSaver(JSComponent):
    """Once on a page: whatever figure of Bokeh is drawn there saves itself as PNG, SVG or CSV.

    Of a picture in bytes, `tags` of its figure are the values of 0 and 255; its `name` is that of the file.
    """

    _esm = (Path(__file__).parent / "plot_saver.js").read_text(encoding="utf-8")

    def __init__(self) -> None:
        super().__init__(width=0, height=0, margin=0)
