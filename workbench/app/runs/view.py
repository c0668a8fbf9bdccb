"""The runs tab: a table of what was kept, and buttons for what can be done with the runs that are selected."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import panel_material_ui as pmui

from workbench.app.runs.errands import Errands
from workbench.app.runs.kept_runs import ROWS, KeptRuns, ShownRuns
from workbench.app.runs.run_table import RunTable, row
from workbench.app.standing.awaiting import LARGE
from workbench.app.toolkit.tab import SMALL, View, bar, full
from workbench.app.toolkit.words import Words
from workbench.figures.colours import ERROR
from workbench.live.frames import Frame
from workbench.live.session import Session
from workbench.records import Record
from workbench.refusal import Refusal
from workbench.run_folder import ORDERS, Query

AGAIN = 4.0  # seconds between two looks at a folder in sight, which others may write to, at the least
SHARE = 0.02  # of the time may go into such looks
NONE = (
    "This page keeps no runs: who serves it to others names a folder with `workbench serve --runs FOLDER`. "
    "Save run, above, gives you the run as a file; opened under Your own file, it goes on from its end."
)
_EMPTY = (
    "Here will stand the runs that are kept: their pictures, settings and tags, to be found again, opened, compared "
    "and taken away. Keep puts the run in sight here."
)
_NO_MATCH = "No run that is kept is like that: another filter may find some."
_SMALL = {"size": "small", "variant": "text", "margin": (8, 2)}
_ICONS = {
    "Keep": "bookmark_add",
    "Open": "folder_open",
    "Pin to compare": "push_pin",
    "Download": "download",
    "Delete": "delete",
}
_PLACE = {"height": "calc(100 * var(--vh, 1vh) - 254px)", "min-height": "240px"}


class RunsView(View):
    """The kept runs of the session's folder; `opened` hears that one of them is on the page."""

    title, whole, late = "Runs", True, "the table of runs"

    def __init__(self, session: Session, opened: Callable[[], None]) -> None:
        super().__init__(session, opened)
        self._kept = KeptRuns(session.runs) if session.runs is not None else None
        self._errands = Errands(self._refused)
        self._query, self._begin, self._due, self._sure = Query(), 0, 0.0, ()
        self.shown = ShownRuns()
        self.selected: tuple[str, ...] = ()
        self.filter = pmui.TextInput(label="filter", placeholder="prior.weight=20 #tag word", width=215, **SMALL)
        self.order = pmui.Select(label="sort by", options=list(ORDERS), value="saved", width=110, **SMALL)
        self.buttons = {name: pmui.Button(label=name, icon=icon, **_SMALL) for name, icon in _ICONS.items()}
        self.earlier = pmui.Button(label="Earlier", icon="chevron_left", **_SMALL)
        self.later = pmui.Button(label="Later", icon="chevron_right", **_SMALL)
        self.complaint, self.status, self.hint = Words(ERROR), Words(), Words(style=LARGE)
        self.table = RunTable(self._hear, sizing_mode="stretch_width", margin=(4, 8, 0, 0), styles=_PLACE)
        self.element = self._laid_out()
        self._watch()
        self._able()

    @property
    def selected_paths(self) -> list[Path]:
        """The files of the runs that are selected and still there, in the order of the table."""
        if self.session.runs is None:
            return []
        chosen = (run.name for run in self.shown.runs if run.name in self.selected)
        return [path for name in chosen if (path := self.session.runs / f"{name}.nc").is_file()]

    def show(self, seen: bool) -> None:
        if seen:
            self._due = 0.0

    def beat(self, frame: Frame | None = None) -> bool:
        if self._kept is None:
            return False
        if self._errands.idle and time.perf_counter() >= self._due:
            self._look()
        return self._errands.tick()

    def refresh(self) -> None:
        self._able()

    def close(self) -> None:
        self._errands.close()

    # What a person does.

    def _hear(self, said: Mapping[str, Any]) -> None:
        """Something in the table."""
        kind, name, kept = said.get("kind"), str(said.get("name", "")), self._kept
        if kept is None:
            return
        if kind == "selected":
            self.selected = tuple(str(each) for each in said.get("names", ()))
            self._sure = ()
            self._able()
        elif kind == "order" and said.get("order") in ORDERS:
            self.order.value = said["order"]
        elif kind == "open":
            self._errands.do(lambda: kept.opened(name), self._put)
        elif kind in ("tags", "note"):
            was, now = str(said.get("was", "")), str(said.get("value", ""))
            work = (lambda: kept.retag(name, was, now)) if kind == "tags" else (lambda: kept.note(name, now))
            self._errands.do(work, lambda done: self._done(""))

    def _press(self, name: str) -> None:
        kept, chosen = self._kept, self.selected
        if kept is None:
            return
        self.complaint.say("")
        self.status.say("")
        if name == "Keep":
            self._keep(kept)
        elif name == "Open":
            self._errands.do(lambda: kept.opened(chosen[0]), self._put)
        elif name == "Pin to compare":
            self._errands.do(lambda: [kept.opened(each) for each in chosen], self._pin)
        elif name == "Download":
            self.status.say("Making the file ...")
            self._errands.do(lambda: kept.file(chosen), lambda file: self._hand_over(*file))
        elif self._sure == chosen:
            self._sure = ()
            self._errands.do(lambda: kept.delete(chosen), lambda count: self._done(f"{count} deleted."))
        else:
            self._sure = chosen
        self._able()

    def _keep(self, kept: KeptRuns) -> None:
        """The run as it is now: it is taken here, and written elsewhere."""
        try:
            result = self.session.dataset()
        except Refusal as sentence:
            self._refused(str(sentence))
            return
        self._errands.do(lambda: kept.keep(result), lambda name: self._done(f"Kept as {name}."))

    def _put(self, record: Record) -> None:
        """A run that was read is put on the page."""
        sentence = self.session.show(record.result)
        self.opened()
        if sentence:
            self._refused(sentence)
            return
        self._done(f"{record.path.stem} is on the page at iteration {record.k}, its end: Play goes on from there.")

    def _pin(self, found: list[Record]) -> None:
        """Runs that were read stand in the tab Compare, as far as there is room."""
        try:
            for record in found:
                self.session.pins.add(record.result, experiment=record.experiment)
        except Refusal as sentence:
            self._refused(str(sentence))
            return
        self._done(f"{len(found)} pinned: the tab Compare shows them beside the present run.")

    def _hand_over(self, name: str, content: bytes) -> None:
        self.table.hand_over(name, content)
        self.status.say(f"{name} is yours, {len(content) / 2**20:.1f} MB.")

    def _turn(self, by: int) -> None:
        self._begin = max(0, self._begin + by * ROWS)
        self._look()

    def _ask(self) -> None:
        """Other runs are looked for."""
        try:
            self._query = Query.of(self.filter.value or "", self.order.value)
        except Refusal as sentence:
            self.complaint.say(str(sentence))
            return
        self.complaint.say("")
        self._begin = 0
        self._look()

    # What is shown.

    def _look(self) -> None:
        kept, query, begin = self._kept, self._query, self._begin
        if kept is None:
            return
        self.table.forget_file()
        self._due = time.perf_counter() + AGAIN
        self._errands.do(lambda: kept.shown(query, begin), lambda found: self._draw(found, query))

    def _draw(self, found: ShownRuns, query: Query) -> None:
        if query is not self._query:
            return  # of another question, and the answer to this one is on its way
        self._due = max(self._due, time.perf_counter() + found.seconds / SHARE) if self._due else 0.0
        self.shown, self._begin = found, found.begin
        pictures = found.pictures or {}
        names = [run.name for run in found.runs]
        self.selected = tuple(name for name in self.selected if name in names)
        rows = [row(run, pictures.get(run.name)) for run in found.runs]
        self.table.draw(rows, query.order, list(self.selected))
        self.hint.say("" if rows else _NO_MATCH if self.filter.value else _EMPTY)
        self._able()

    def _done(self, sentence: str) -> None:
        """Something was done with a run: the folder is another one."""
        self.status.say(sentence)
        self.complaint.say("")
        self._due = 0.0

    def _refused(self, sentence: str) -> None:
        self.status.say("")
        self.complaint.say(sentence)
        self._due = 0.0

    def _able(self) -> None:
        """Only what does something can be pressed."""
        count, kept = len(self.selected), self._kept is not None
        able = dict.fromkeys(self.buttons, count > 0) | {"Keep": kept, "Open": count == 1}
        for name, button in self.buttons.items():
            button.disabled = not able[name]
        sure = bool(self._sure) and self._sure == self.selected
        runs = "this run" if count == 1 else f"these {count} runs"
        self.buttons["Delete"].param.update(
            label=f"Delete {runs} for good" if sure else "Delete",
            color="error" if sure else "primary",
            variant="contained" if sure else "text",
        )
        shown, begin, found = len(self.shown.runs), self.shown.begin, self.shown.found
        self.earlier.visible = self.later.visible = found > ROWS
        self.earlier.disabled, self.later.disabled = begin == 0, begin + shown >= found
        self.count.say(f"{begin + 1} to {begin + shown} of {found:,}" if shown else "no runs" if kept else "")

    def _laid_out(self) -> pmui.Column:
        self.count = Words()
        if self._kept is None:
            return pmui.Column(Words(sentence=NONE).element, sizing_mode="stretch_width", margin=(12, 16))
        counted = pmui.Row(self.count.element, width=100, margin=(14, 0, 0, 4))
        above = bar(self.filter, self.order, *self.buttons.values(), self.earlier, self.later, counted)
        words = (self.complaint.element, self.status.element)
        said = pmui.Column(*words, sizing_mode="stretch_width", min_height=22, margin=(0, 8))
        return pmui.Column(
            above, said, self.hint.element, self.table, sizing_mode="stretch_width", margin=0, styles=full(420)
        )

    def _watch(self) -> None:
        for name, button in self.buttons.items():
            button.on_click(lambda event, name=name: self._press(name))
        self.earlier.on_click(lambda event: self._turn(-1))
        self.later.on_click(lambda event: self._turn(1))
        self.filter.param.watch(lambda event: self._ask(), "value")
        self.order.param.watch(lambda event: self._ask(), "value")
