"""The notebooks on the page: a button, and a window with a card for each, which says how to open it."""

import html
from pathlib import Path

import panel as pn
import panel_material_ui as pmui

from workbench import tutorials
from workbench.app.page.jupyter_server import notebook_address
from workbench.app.run.transport import IN_BAR
from workbench.figures.png_address import png_address
from workbench.tutorials import Tutorial

_STYLE = (Path(__file__).parent / "notebook_grid.css").read_text(encoding="utf-8")


class NotebookList:
    """`button` opens `window`, which is filled when it is opened for the first time."""

    def __init__(self) -> None:
        self.button = pmui.Button(
            label="Notebooks", icon="menu_book", variant="text", size="small", margin=(0, 2), sx=IN_BAR, align="center"
        )
        self.button.on_click(lambda event: self.open())
        self.window = pmui.Dialog(
            title="Notebooks", open=False, close_on_click=True, show_close_button=True, width_option="lg",
            sizing_mode="stretch_width",
        )  # fmt: skip

    def open(self) -> None:
        """Show every notebook, in the order in which they are read."""
        if not self.window.objects:
            cards = "".join(map(_card, tutorials.every()))
            grid = f"<div class='grid'>{cards}</div>"
            self.window.objects = [pn.pane.HTML(grid, stylesheets=[_STYLE], sizing_mode="stretch_width", margin=0)]
        self.window.open = True


def _card(tutorial: Tutorial) -> str:
    """A picture with a title and words; opened, it says how the notebook is."""
    title, about, file = map(html.escape, (tutorial.title, tutorial.about, tutorial.path.name))
    drawn = tutorial.picture
    picture = f"<img src='{png_address(drawn)}' alt='a figure of the notebook'>" if drawn else ""
    seen = f"<span class='picture'>{picture}</span><span class='title'>{title}</span>{about}"
    return f"<details><summary>{seen}</summary><p class='how'>{_how(tutorial.path, file)}</p></details>"


def _how(path: Path, file: str) -> str:
    """A link where the page stands in Jupyter, and its server shows the file."""
    address = notebook_address(path)
    if address:
        return f"<a href='{html.escape(address)}' target='_blank'>Open {file} in JupyterLab</a>"
    return f"<code>workbench lab</code>, on the machine where the workbench is installed, opens {file} in JupyterLab."
