"""The page: `create_app()` is served, or is the last line of a notebook cell."""

from pathlib import Path
from threading import Thread
from typing import Any

import panel as pn
import panel_material_ui as pmui

from workbench.app import views
from workbench.app.lessons import Tour
from workbench.app.page.connection import query_of_page
from workbench.app.page.notebook import Framed, in_notebook
from workbench.app.page.server import SWEEPER
from workbench.app.page.workbench import Workbench
from workbench.app.toolkit.audience import Audience
from workbench.experiment import Experiment
from workbench.kernels.warming import warm_up
from workbench.live.caps import Caps
from workbench.live.opening import Opening
from workbench.live.session import Session
from workbench.run_folder import usual_folder

__all__ = ["Workbench", "create_app", "page"]


def create_app(experiment: Any = None, port: int = 0) -> pmui.Page | Framed:
    """The page of one person: what is served, or the last line of a notebook cell.

    `experiment` may be an Experiment, or a run, a Dataset or its file, which is shown at its end. In a notebook the
    page is seen through Jupyter's own server, where jupyter-server-proxy is there, or else on `port` of the kernel's
    machine, a free one where it is 0. A `port` that is given is taken.
    """
    wanted = None if experiment is None else Opening.of(experiment)
    if not in_notebook():
        return page(wanted)
    # A server has done this before it opened; here it is done while the frame is on its way.
    Thread(target=warm_up, args=((wanted.experiment if wanted else Experiment()).device,), daemon=True).start()
    return Framed(lambda: page(wanted, runs=usual_folder()), port)


def page(given: Any = None, caps: Caps | None = None, runs: Path | None = None) -> pmui.Page:
    """The page of one person, its experiment running from the moment it is seen. An address describes another one.

    `given` is what `create_app` takes, opened or not; a saved run stands at its end. `runs` is the folder of kept runs
    that this person sees; none where it is None.
    """
    query = query_of_page()
    tour = Tour(query)
    wanted = tour.step.address if tour.own and tour.step is not None else query
    session = Session.from_address(wanted, caps) if wanted and given is None else Opening.of(given).session(caps)
    session.runs = runs
    tabs = views.every()
    app = Workbench(session, Audience.read(query, (view.title for view in tabs)), tabs, tour)
    pn.state.on_session_destroyed(lambda context: _left(app))
    app.open()
    return app.page


def _left(app: Workbench) -> None:
    """The person has gone, and gives back what the page took."""
    app.close()
    SWEEPER.call()
