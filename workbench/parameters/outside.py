"""Classes of others: in the script or notebook that runs, in a file that was loaded, in an installed package.

A package offers its classes by entry points in the groups `workbench.operators`, `workbench.noise`, `workbench.priors`,
`workbench.algorithms` and so on: `Vignette = "my_lenses.vignette:Vignette"`.
"""

import atexit
import functools
import importlib.util
import shutil
import sys
import tempfile
import threading
import traceback
import types
import warnings
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from workbench.refusal import Refusal, short

OWN, _MAIN = "workbench", "__main__"
_SAID = 200  # letters of what an error says


@dataclass(frozen=True)
class LoadedFile:
    """A file that was loaded, as it was then: by now it may be another, and elsewhere it may be missing."""

    path: str
    name: str
    text: bytes


_LOADED: dict[Path, LoadedFile] = {}
_TAKING = threading.Lock()


def home(cls: type) -> str:
    """Where a class is public: "operators.GaussianBlur"; "module:Class" outside the workbench, as entry points say."""
    parts = cls.__module__.split(".")
    if parts[0] == OWN:
        for end in range(2, len(parts) + 1):
            module = sys.modules[".".join(parts[:end])]
            if cls.__name__ in getattr(module, "__all__", ()):
                return ".".join([*parts[1:end], cls.__name__])
    return f"{module_name(cls)}:{cls.__qualname__}"


def module_name(cls: type) -> str:
    """The module of a class; of a script that runs the name under which it could be imported."""
    return script_name() if cls.__module__ == _MAIN else cls.__module__


def script_name() -> str:
    """The name of the script that runs, without its ending; __main__ in a notebook, which has no file."""
    file = getattr(sys.modules[_MAIN], "__file__", None)
    return Path(file).stem if file else _MAIN


def module(name: str) -> types.ModuleType | None:
    """The module of that name, if it is there or an installed package offers classes of it: no other is imported."""
    if name == script_name() and name not in sys.modules:
        return sys.modules[_MAIN]
    if name not in sys.modules:
        for point in _points():
            if point.module == name:
                _class(point)
    return sys.modules.get(name)


def load(path: str | Path) -> types.ModuleType:
    """Run a Python file as a module, once; its classes are then in the catalogue. Refusal where it raises."""
    file = Path(path).resolve()
    if file in _LOADED:
        return sys.modules[_LOADED[file].name]
    if not file.is_file() or file.suffix != ".py":
        raise Refusal("a Python file, such as my_operators.py", str(path), "check the path and its spelling")
    name = file.stem
    if name in sys.modules:
        raise Refusal("a file whose name no other module has", file.name, f"rename it, since `{name}` is taken")
    text = file.read_bytes()
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    try:
        spec.loader.exec_module(made)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        ends = "put what ends it under if __name__ == '__main__':"
        remedy = ends if isinstance(error, SystemExit) else "mend it there"
        raise Refusal(f"a Python file that runs, {file.name}", _told(error, file), remedy) from error
    _LOADED[file] = LoadedFile(str(file), name, text)
    return made


def loaded() -> tuple[LoadedFile, ...]:
    """The files that were loaded, for `take` in another process."""
    return tuple(_LOADED.values())


def take(files: tuple[LoadedFile, ...]) -> None:
    """Load what another process, perhaps of another machine, has loaded; one of the same name gives way to it."""
    with _TAKING:
        for file in files:
            old = next((path for path, here in _LOADED.items() if here.name == file.name), None)
            if old is not None and _LOADED[old].text == file.text:
                continue
            if old is not None:
                del _LOADED[old], sys.modules[file.name]
            load(_placed(file))


def _placed(file: LoadedFile) -> Path:
    """Where the text of a file lies: at its own place, for what lies beside it, else in a folder of this process."""
    own = Path(file.path)
    if own.is_file() and own.read_bytes() == file.text:
        return own
    folder = tempfile.mkdtemp(prefix="workbench-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    placed = Path(folder) / f"{file.name}.py"
    placed.write_bytes(file.text)
    return placed


def fault(error: Exception) -> Refusal | None:
    """What a loaded file is to blame for, as a sentence that names its line; None for any other error."""
    frames = {frame.filename for frame in traceback.extract_tb(error.__traceback__)}
    file = next((file for file in _LOADED if str(file) in frames), None)
    return None if file is None else Refusal(f"classes that run, of {file.name}", _told(error, file), "mend it there")


def _told(error: BaseException, file: Path) -> str:
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(file)]
    where = f" in line {lines[-1]}" if lines else ""
    return f"{type(error).__name__}: {short(str(error), _SAID)}{where}"


def found(group: str) -> list[type]:
    """The classes of the script that runs and of loaded files, of any kind, and what packages offer in a group."""
    modules = [sys.modules[_MAIN], *(sys.modules[file.name] for file in _LOADED.values())]
    own = [c for m in modules for c in list(vars(m).values()) if isinstance(c, type) and c.__module__ == m.__name__]
    return own + [c for p in _points() if p.group == group and (c := _class(p)) is not None]


@functools.cache
def _points() -> tuple[EntryPoint, ...]:
    groups = (group for group in entry_points().groups if group.startswith("workbench."))
    return tuple(point for group in groups for point in entry_points(group=group))


@functools.cache
def _class(point: EntryPoint) -> type | None:
    """The class of an entry point. A package that cannot be imported is warned of, and the others go on."""
    try:
        return point.load()
    except Exception as error:
        sentence = f"{point.value}, offered in {point.group}, cannot be loaded ({type(error).__name__}: {error})"
        warnings.warn(sentence, stacklevel=2)
        return None
