"""One person's choices and their run: no widgets here, and nothing that waits."""

import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from workbench import catalog, devices, jobs, parameters, storage
from workbench.analysis import standard
from workbench.app.address import from_address, to_address
from workbench.app.frames import Curves, Frame, Pictures, certificates, expansions, picture, pictures
from workbench.app.pace import Pace
from workbench.data import File, Shipped, Signal, Window, load_bytes
from workbench.datasets import with_data, with_source
from workbench.experiment import Experiment, fit, part
from workbench.noise import Gaussian
from workbench.parameters import as_text, changed, describe
from workbench.problem import Problem
from workbench.refusal import Refusal

if TYPE_CHECKING:
    import xarray as xr

# Other data, or another machine: the run begins anew. All else acts on the run that is going.
RESTARTS = {"truth", "operator", "noise", "truth.size", "seed", "device"}


class Session:
    """The `experiment` that runs, its signal `loaded`, its job; `errors` of wishes, by path; `notes` to read.

    Every wish is answered with "" or with the sentence why not; then everything goes on as before.
    """

    def __init__(self, experiment: Experiment | None = None) -> None:
        self.experiment = experiment or Experiment()
        self.errors: dict[str, str] = {}
        self.notes: tuple[str, ...] = ()
        self._folder: tempfile.TemporaryDirectory | None = None
        self._curves, self._seen = Curves(), (0, 0)
        self._pace = Pace()
        self.loaded = self.experiment.truth.loaded()
        self.experiment = self.experiment.fitted(tuple(self.loaded.tensor.shape[1:]))
        self._rate_wish: float | None = None
        self.problem = self.experiment.problem(self.loaded.tensor)
        self._version = 1
        self._pictures = pictures(self.problem, self._version)
        self._playing = self._proving = False
        self.job = self._new_job()

    @classmethod
    def from_address(cls, query: str) -> Self:
        """The session an address describes; one of the default with the sentence in `errors` where it is wrong."""
        try:
            return cls(from_address(query))
        except Refusal as sentence:
            session = cls()
            session.errors = {"address": str(sentence)}
            return session

    # Wishes.

    def choose(self, kind: str, name: str) -> str:
        """Another truth, operator, noise, prior or algorithm, by name."""
        return self._wish(kind, lambda: self._chosen(kind, name), name, restart=kind in RESTARTS)

    def set(self, path: str, value: Any) -> str:
        """Another value of a parameter: "operator.width", "steps", "seed", "device", "truth.size"."""
        label = f"{path} = {as_text(round(value, 6) if isinstance(value, float) else value)}"
        return self._wish(
            path, lambda: self._with(path, value), label, restart=path in ("seed", "device", "truth.size")
        )

    def open_file(
        self, filename: str, content: bytes, variable: str = "", size: int | None = None, window: Window | None = None
    ) -> str:
        """A person's own signal as the truth. What reading it changed is told in `notes`."""

        def opened() -> Experiment:
            loaded = load_bytes(filename, content, variable, size, window)
            self._folder = self._folder or tempfile.TemporaryDirectory(prefix="workbench-")
            # By content: a file of the same name with other numbers in it is another signal.
            path = Path(self._folder.name) / sha256(content).hexdigest()[:16] / Path(filename).name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            self.notes = loaded.notes
            return self._for_signal(File(str(path), variable, size, window))

        return self._wish("truth.file", opened, filename, restart=True)

    def play(self) -> None:
        self._playing = True
        if self.job.latest.status is jobs.Status.CANCELLED:
            self._restart()
        self.job.play()

    def repair(self, values: Mapping[str, Any]) -> None:
        """Take the values that mend a run in trouble, and go on."""
        for path, value in values.items():
            self.set(path, value)
        self.play()

    def pause(self) -> None:
        self._playing = False
        self.job.pause()

    def step(self) -> None:
        self._playing = False
        self.job.step()

    def cancel(self) -> None:
        """End the run; what it reached stays in sight, and `play` begins again."""
        self._playing = False
        self.job.cancel()

    def reset(self) -> None:
        """Back to iteration 0 of the same problem; a run that was going goes on from there."""
        self._playing = self.job.latest.status is jobs.Status.RUNNING
        self._restart()

    def slow(self, rate: float | None) -> None:
        """At most `rate` iterations a second; None for full speed."""
        self._rate_wish = rate
        self.job.slow(rate)

    def prove(self, watched: bool) -> None:
        """Certificates often, while they are watched."""
        self._proving = watched
        self.job.prove(watched)

    def close(self) -> None:
        """The person has gone: their job ends and their files with it."""
        self.job.cancel()
        if self._folder:
            self._folder.cleanup()
            self._folder = None

    # Answers.

    def reasons(self) -> dict[str, str]:
        """Each algorithm, and why it cannot run on the present problem; "" where it can."""
        return {name: cls().unmet(self.problem) for name, cls in catalog.members("algorithm").items()}

    def regularisation(self) -> float | None:
        """lambda = weight sigma^2, for |Ax - y|^2 / 2 + lambda R, where noise and prior have such numbers."""
        weight = getattr(self.experiment.prior, "weight", None)
        noise = self.experiment.noise
        return weight * noise.sigma**2 if weight is not None and isinstance(noise, Gaussian) else None

    def pictures(self) -> Pictures:
        return self._pictures

    def address(self) -> str:
        return to_address(self.experiment)

    def code(self) -> str:
        """The Python that repeats what is shown."""
        modules = "algorithms, data, noise, operators, priors"
        text = parameters.as_code(self.experiment).removeprefix("experiment.")
        return (
            f"from workbench import {modules}\nfrom workbench.experiment import Experiment\n\nresult = {text}.run()\n"
        )

    def dataset(self) -> "xr.Dataset":
        """The run so far, as a file keeps it."""
        snapshot = self.job.latest
        if snapshot.log is None or not snapshot.recorded:
            raise Refusal("a run with at least one iteration", "none so far", "press play or step first")
        spec = storage.to_json(describe(self.experiment))
        marks = storage.to_json([list(m) for m in snapshot.marks])
        run = with_data(snapshot.log.dataset(spec=spec, stopped=snapshot.message, marks=marks), self.problem)
        return with_source(run, self.loaded)

    def tick(self) -> Frame | None:
        """A frame of the run when something is new since the last one, else None."""
        snapshot = self.job.latest
        seen = (id(self.job), snapshot.version)
        if seen == self._seen:
            return None
        self._seen = seen
        self._curves.read(snapshot)
        return self._frame(snapshot)

    def _frame(self, snapshot: jobs.Snapshot) -> Frame:
        state, k = snapshot.state, snapshot.state.k if snapshot.state else 0
        rate = self._pace.at(k) if snapshot.status is jobs.Status.RUNNING else 0.0
        image = picture(state.x) if state else None
        error = image - self._pictures.truth if image is not None else None
        left = (snapshot.steps - k) / rate if rate > 0 else None
        curves = self._curves
        return Frame(
            version=snapshot.version,
            k=k,
            steps=snapshot.steps,
            status=snapshot.status,
            message=snapshot.message,
            rate=rate,
            remaining=left,
            image=image,
            error=error,
            ks=np.asarray(curves.ks),
            seconds=np.asarray(curves.seconds),
            curves=curves.arrays(),
            marks=snapshot.marks,
            largest_step=snapshot.largest_step,
            lipschitz=state.measured.get("lipschitz") if state else None,
            expansion=expansions(snapshot.expansion),
            repair=snapshot.diagnosis.repair if snapshot.diagnosis else {},
            proofs=certificates(snapshot.proofs),
        )

    # How wishes come true.

    def _wish(self, path: str, make: Any, label: str, restart: bool) -> str:
        try:
            self._become(make(), label, restart)
        except Refusal as sentence:
            self.errors = self.errors | {path: str(sentence)}
            return str(sentence)
        self.errors = {p: s for p, s in self.errors.items() if p != path and not p.startswith(f"{path}.")}
        return ""

    def _chosen(self, kind: str, name: str) -> Experiment:
        if kind == "truth":
            side = max(self.problem.operator.in_shape[1:])
            return self._for_signal(Shipped(name, side))
        return changed(self.experiment, **{kind: part(kind, name, self.problem.operator.in_shape)})

    def _with(self, path: str, value: Any) -> Experiment:
        owner, _, name = path.rpartition(".")
        if not owner:
            return changed(self.experiment, **{name: value})
        new = changed(getattr(self.experiment, owner), **{name: value})
        return self._for_signal(new) if owner == "truth" else changed(self.experiment, **{owner: new})

    def _for_signal(self, signal: Signal) -> Experiment:
        shape = tuple(signal.tensor().shape[1:])
        return changed(self.experiment, truth=signal, operator=fit(self.experiment.operator, shape))

    def _become(self, new: Experiment, label: str, restart: bool) -> None:
        """Take the new experiment in; nothing has changed when this raises."""
        old, loaded = self.experiment, self.loaded
        devices.find(new.device)
        if describe(new.truth) != describe(old.truth):
            loaded = new.truth.loaded()
        same = _makes_data(new) == _makes_data(old)
        if same and describe(new.prior) == describe(old.prior):
            problem = self.problem
        elif same:
            problem = Problem(self.problem.operator, self.problem.noise, new.prior, self.problem.y, self.problem.truth)
        else:
            problem = new.problem(loaded.tensor)
        new = self._able(new, problem)
        self.loaded, self.experiment = loaded, new
        if problem.y is not self.problem.y:
            self._version += 1
            self._pictures = pictures(problem, self._version)
        self.problem = problem
        if restart:
            self._restart()
        elif label.startswith("steps"):
            self.job.until(new.steps)
        else:
            self.job.change(problem, new.algorithm, label)

    def _able(self, new: Experiment, problem: Problem) -> Experiment:
        """The experiment with an algorithm that can run on it; a change of algorithm is said in `notes`."""
        sentence = new.algorithm.unmet(problem)
        if not sentence:
            return new
        if describe(new.algorithm) != describe(self.experiment.algorithm):
            raise Refusal("an algorithm that can run on this problem", type(new.algorithm).__name__, sentence)
        able = next((c for c in catalog.members("algorithm").values() if not c().unmet(problem)), None)
        if able is None:
            raise Refusal("a problem that some algorithm can solve", type(problem.prior).__name__, sentence)
        self.notes = (f"{sentence.rstrip('.')}. {able.__name__} took over.",)
        return changed(new, algorithm=able())

    def _restart(self) -> None:
        self.job.cancel()
        self.job = self._new_job()
        if self._playing:
            self.job.play()

    def _new_job(self) -> jobs.Job:
        new = self.experiment
        job = jobs.Job(self.problem, new.algorithm, standard(self.problem), new.steps, new.seed)
        jobs.runner(str(devices.find(new.device))).submit(job)
        job.slow(self._rate_wish)
        job.prove(self._proving)
        job.prepare()
        return job


def _makes_data(experiment: Experiment) -> list[Any]:
    """What the data depend on."""
    parts = (experiment.truth, experiment.operator, experiment.noise, experiment.seed, experiment.device)
    return [describe(p) for p in parts]
