"""A function under sliders: it is called anew whenever an argument has moved."""

import base64
import html
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from workbench.notebook.cell import close_inside
from workbench.notebook.form_box import FormBox
from workbench.notebook.function_form import called
from workbench.notebook.screen import Screen
from workbench.parameters import arguments
from workbench.paths import Form
from workbench.refusal import Refusal


class FunctionBox(widgets.VBox):
    """Controls for the arguments of a function above what it returned and printed; `value` is what it returned.

    A saved notebook keeps the last of it. The function is called in the kernel's thread, as a cell is.
    """

    def __init__(self, function: Callable[..., Any], form: Form, paths: tuple[str, ...] = ()) -> None:
        """`form` is of the function's arguments; at the paths are controls, for all where there is none."""
        self.function, self.value = function, None
        self.form, self.errors = form, dict[str, str]()
        self.box, self.output = FormBox(form, self._ask, paths), widgets.Output()
        self._kept: Any = None
        # The screen shows nothing: it brings the rule of CSS that hides what is kept for a notebook without a kernel.
        super().__init__([self.box.element, self.output, Screen()])

    @property
    def arguments(self) -> dict[str, Any]:
        """What the function is called with."""
        return dict(arguments(self.form.root))

    def set(self, path: str, value: Any) -> None:
        """Another value of an argument, "prior.weight" in an object; Refusal where it cannot be."""
        self.form = self.form.taking(path, value)
        self._follow({})
        self.call()

    def call(self) -> None:
        """Call it, and show what comes."""
        from IPython.display import display

        with self.output:
            self.output.clear_output(wait=True)
            self.value = called(self.function, self.arguments)
            if self.value is not None:
                display(self.value)
            _show_figures()
        self._keep()

    def close(self) -> None:
        """Take it away."""
        close_inside(self)
        super().close()

    def _ask(self, path: str, value: Any) -> None:
        """A wish of a control: what is wrong with it is said beside the control, and all is as before."""
        try:
            self.form = self.form.taking(path, value)
        except Refusal as sentence:
            self._follow({path: str(sentence)})
            return
        self._follow({})
        self.call()

    def _follow(self, errors: dict[str, str]) -> None:
        self.errors = errors
        self.box.refresh(self.form, errors)

    def _ipython_display_(self) -> None:
        from IPython.display import DisplayHandle, display

        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        display({"application/vnd.jupyter.widget-view+json": view, "text/plain": self._sentence}, raw=True)
        self._kept = DisplayHandle()
        self._kept.display({"text/plain": self._sentence}, raw=True)
        self.call()

    @property
    def _sentence(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.arguments.items())
        return f"{getattr(self.function, '__name__', 'function')}({said})"

    def _keep(self) -> None:
        if self._kept is not None:
            self._kept.update({"text/html": _still(self.value), "text/plain": self._sentence}, raw=True)


def _still(value: Any) -> str:
    """What a reader without a kernel sees of a value."""
    from IPython.core.formatters import format_display_data

    formatted, _ = format_display_data(value)
    if "image/png" in formatted:
        png = formatted["image/png"]
        inner = f'<img src="data:image/png;base64,{png if isinstance(png, str) else base64.b64encode(png).decode()}">'
    else:
        inner = formatted.get("text/html") or f"<pre>{html.escape(formatted.get('text/plain', ''))}</pre>"
    return f'<div class="workbench-still">{inner}</div>'


def _show_figures() -> None:
    """Figures of pyplot that the function has left open, as a cell shows them."""
    from ipywidgets.widgets.interaction import show_inline_matplotlib_plots

    show_inline_matplotlib_plots()
