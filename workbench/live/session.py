"""One person's choices and their run: no widgets here, and nothing that waits."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from torch import Tensor

from workbench import devices, example_scans, jobs
from workbench.algorithms.choice import Choice
from workbench.data.regions import Region
from workbench.experiment import Experiment, from_run, with_data_of
from workbench.live.address import read_address, said, to_address
from workbench.live.caps import Caps
from workbench.live.cut import Cut
from workbench.live.frames import ProblemPictures, pictures
from workbench.live.hands.painting import Hand, Strokes, losing, painting, undone
from workbench.live.members.member_reasons import MemberReasons
from workbench.live.own_files import Opened, OwnFiles
from workbench.live.pins import Pins
from workbench.live.played.scrubbed_run import ScrubbedRun
from workbench.live.saved import STATELESS, Columns, kept_run, whole_run
from workbench.live.telling import in_short, notebook, python
from workbench.live.wished import able, begins_anew, ended, fitted, form_of, makes_data, posed, wished
from workbench.parameters import changed, describe
from workbench.paths import Form
from workbench.refusal import Refusal

if TYPE_CHECKING:
    import xarray as xr

Made = TypeVar("Made")


class Session(ScrubbedRun):
    """The `experiment` that runs, its signal `loaded`, its job; `errors` of wishes, by path; `notes` to read; `pins`.

    `runs` is the folder of runs that this person may see and write, where there is one; `looks` are asked for what was
    looked at beside the run when it is saved. Every wish is answered with "" or with the sentence why not; then
    everything goes on as before.
    """

    runs: Path | None = None

    def __init__(
        self, experiment: Experiment | None = None, truth: Tensor | None = None, caps: Caps | None = None
    ) -> None:
        """`truth`: what data are compared with whose source knows none; `caps`: what one person may take."""
        wanted, caps = experiment or Experiment(), caps or Caps()
        self._truth = truth
        self.errors: dict[str, str] = {}
        self.notes: tuple[str, ...] = ()
        self.looks: list[Callable[[], Columns]] = []
        self._companions: dict[Callable[..., Any], Any] = {}
        self.files = OwnFiles(wanted.source)
        self.pins = Pins()
        self._strokes: Strokes = ()
        self.loaded = wanted.source.loaded()
        caps.require(self.loaded.tensor)
        wanted = fitted(wanted, wanted.source, self.loaded.tensor)
        self._form = form_of(wanted)
        problem = posed(wanted, self.loaded, truth)
        self._version, self._reasons = 1, MemberReasons(problem)
        super().__init__(wanted, problem, caps, pictures(problem, self._version))

    @classmethod
    def from_address(cls, query: str, caps: Caps | None = None) -> Self:
        """The session an address describes; what is wrong in it is as by default, with a sentence in `errors`."""
        found = read_address(query)
        wrong = dict(found.wrong)
        for experiment in found.simpler():
            try:
                session = cls(experiment, caps=caps)
            except Refusal as sentence:
                wrong.setdefault("parts", str(sentence))
            else:
                session.errors = {"address": said(wrong)} if wrong else {}
                return session
        raise AssertionError("the parts of the default experiment go together")

    # Wishes.

    def choose(self, path: str, name: str) -> str:
        """Another truth, operator, noise, prior or algorithm, or a part in one ("prior.second"), by name."""
        return self._wish(path, lambda: wished(self.experiment, path, name), name)

    def set(self, path: str, value: Any) -> str:
        """Another value of a parameter, or a member by name: "operator.width", "steps", "prior.second"."""
        return self._told(path, lambda: self.take(path, value))

    def take(self, path: str, value: Any) -> None:
        """The same for who asks in Python: Refusal where it cannot be, and nothing has changed."""
        self._become(wished(self.experiment, path, value), f"{path} = {in_short(value)}")
        self._forgive(path)
        if path == "steps":
            self._stretch = self.experiment.steps
        if path.partition(".")[0] == "stop":
            self._rule = self.experiment.stop

    def paint(self, region: Region, value: float) -> str:
        """Give a region of the truth another value; the run goes on from where it is, with data of that truth."""
        return self._told("painted", lambda: self.take_hand(painting(region, value)))

    def lose(self, region: Region) -> str:
        """Lose the data of a region; the run goes on from where it is, with those that are left."""
        return self._told("painted", lambda: self.take_hand(losing(region)))

    def undo(self) -> str:
        """Take back what was painted or lost last."""
        return self._told("painted", lambda: self.take_hand(undone))

    def take_hand(self, hand: Hand) -> None:
        """The same for who asks in Python: Refusal where it cannot be, and nothing has changed."""
        new, strokes = hand(self.experiment, self._strokes)
        self._become(new, strokes[-1] if len(strokes) > len(self._strokes) else "taken back")
        self._strokes = strokes

    def open_file(self, filename: str, opened: Opened) -> str:
        """A person's own signal or data, as `files` have read them. What reading changed is told in `notes`."""
        return self._wish("truth.file", lambda: self._read(opened), filename)

    def open_example(self, name: str) -> str:
        """An example scan with all that goes with it."""
        return self._wish("truth.file", lambda: self._example(name), name)

    def show(self, result: "xr.Dataset") -> str:
        """A saved run, at its end: `play` goes on from there, bit for bit where it keeps its state."""
        return self._told("truth.file", lambda: self.take_run(result))

    def take_run(self, result: "xr.Dataset") -> None:
        """The same for who asks in Python: Refusal where it cannot be, and nothing has changed."""
        begun = jobs.BegunRun(result)
        with whole_run():
            new = changed(from_run(result), device=self.experiment.device)
            loaded = self.files.loaded(new.source)
            self._caps.require(loaded.tensor)
            problem = with_data_of(posed(new, loaded, None), result)
            begun.require()
        if sentence := new.algorithm.unmet(problem):
            raise Refusal("a run that can go on", f"one by {type(new.algorithm).__name__}", sentence)
        self.loaded, self.experiment, self.problem = loaded, new, problem
        self._stretch, self._rule, self._playing = new.steps, new.stop, False
        self.notes = tuple(filter(None, ("" if begun.whole else STATELESS, result.attrs.get("stopped", ""))))
        self._version += 1
        self._pictures = pictures(problem, self._version, self.cut)
        self._restart(begun)

    def go_on_from_here(self) -> str:
        """Branch off at the moment in sight, and play."""
        return self._told("time", self.branch)

    def repair(self, values: Mapping[str, Any]) -> None:
        """Take the values that mend a run in trouble, and go on."""
        for path, value in values.items():
            self.set(path, value)
        self.play()

    def close(self) -> None:
        """The person has gone: their job ends and their files with it."""
        self.job.cancel()
        self.files.close()

    def travel(self, query: str) -> None:
        """Become what an address describes, as a person does who goes back; what is wrong with it is said."""
        found = read_address(query, self.files.sources, self.files.arrays_named)
        wrong = dict(found.wrong)
        for experiment in found.simpler():
            sentence = self.become(experiment)
            if not sentence:
                break
            wrong.setdefault("parts", sentence)
        if wrong:
            self.errors = self.errors | {"address": said(wrong)}

    def become(self, experiment: Experiment) -> str:
        """Take all settings of another experiment, such as that of a pin or of a cell of a sweep."""
        sentence = self._wish("address", lambda: experiment, "another experiment")
        if not sentence:
            self._stretch, self._rule = experiment.steps, self.experiment.stop
        return sentence

    def companion(self, kind: Callable[[Self], Made]) -> Made:
        """What several views of this session share, made by the first that asks: `kind` of the session."""
        if kind not in self._companions:
            self._companions[kind] = kind(self)
        return self._companions[kind]

    @property
    def form(self) -> Form:
        """All that can be set, by path."""
        if self._form.root is not self.experiment:
            self._form = form_of(self.experiment)
        return self._form

    def reasons(self, path: str = "algorithm") -> Mapping[str, str]:
        """Each member that could stand at a path, and why it cannot; "" where it can."""
        return self._reasons.at(self.form, self.problem, path)

    def suited(self) -> Choice | None:
        """The method that is offered first for the problem, and why."""
        return self._reasons.suited(self.form, self.problem)

    def cut_at(self, cut: Cut) -> None:
        """Draw another plane of a volume, of the iterate and of all that stands beside it. The run is not held up."""
        if cut != self.cut:
            self.cut, self._shown = cut, None
            self._version += 1
            self._pictures = pictures(self.problem, self._version, cut)

    def pictures(self) -> ProblemPictures:
        return self._pictures

    def address(self) -> str:
        return to_address(self.experiment)

    def code(self) -> str:
        """The Python that repeats what is shown."""
        return python(self.experiment)

    def notebook(self) -> str:
        """A notebook that shows the same, live."""
        return notebook(self.experiment)

    def dataset(self) -> "xr.Dataset":
        """The run as a file keeps it: while it goes on, as it was when it was last looked at."""
        latest = self.job.latest
        snapshot = self._shown if self._shown and latest.status is jobs.Status.RUNNING else latest
        return jobs.ladder_of(snapshot.moments).added(kept_run(self, snapshot))

    # How wishes come true.

    def _read(self, opened: Opened) -> Experiment:
        new = opened(self.experiment)
        self.notes = self.files.notes
        return new

    def _example(self, name: str) -> Experiment:
        new = changed(example_scans.example(name), device=self.experiment.device)
        self._stretch, self._rule = new.steps, new.stop
        return new

    def _wish(self, path: str, make: Callable[[], Experiment], label: str) -> str:
        return self._told(path, lambda: self._become(make(), label))

    def _told(self, path: str, come_true: Callable[[], None]) -> str:
        try:
            come_true()
        except Refusal as sentence:
            self.errors = self.errors | {path: str(sentence)}
            return str(sentence)
        self._forgive(path)
        return ""

    def _forgive(self, path: str) -> None:
        self.errors = {p: s for p, s in self.errors.items() if p != path and not p.startswith(f"{path}.")}

    def _become(self, new: Experiment, label: str) -> None:
        """Take the new experiment in; nothing has changed when this raises."""
        old, loaded = self.experiment, self.loaded
        devices.find(new.device)
        if describe(new.source) != describe(old.source):
            loaded = self.files.loaded(new.source)
            self._caps.require(loaded.tensor)
        same = makes_data(new) == makes_data(old)
        if same and describe(new.prior) == describe(old.prior):
            problem = self.problem
        elif same:
            problem = replace(self.problem, prior=new.prior)
        else:
            problem = posed(new, loaded, self._truth)
        new, notes = able(new, old, problem)
        new, more = ended(new, old, problem)
        self.notes = (*notes, *more) or self.notes
        self.loaded, self.experiment = loaded, new
        if problem.y is not self.problem.y:
            self._version += 1
            self._pictures = pictures(problem, self._version, self.cut)
        moved = problem is not self.problem or describe(new.algorithm) != describe(old.algorithm)
        self.problem = problem
        if begins_anew(old, new):
            self._restart()
            return
        if moved:
            self._change(label)
        if new.steps != old.steps:
            self.job.until(new.steps)
