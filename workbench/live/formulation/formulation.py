"""One sentence of what a run solves: a formula made of the objects' own, each term with the path of its control."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workbench.experiment import Experiment
from workbench.live.controls.entering import pretty, summary
from workbench.live.formulation.clauses import Clauses, first_clause, letter, marked, mentions, of_noise, of_prior
from workbench.live.formulation.pieces import Pieces
from workbench.parameters import as_tex, as_text, parameters
from workbench.parametrisations import Direct
from workbench.priors import Prior

_CLEAN = r"\bar y"
_DIGITS = 4
_LONGEST = 24  # characters of a value that is told in the sentence


@dataclass(frozen=True)
class Term:
    """A part of the formula: the `path` of its control, its name and value in words, and what it is."""

    path: str
    words: str
    meaning: str


@dataclass(frozen=True)
class Formulation:
    """`verb` and the formula, MathML whose parts have the number of their term as `data-term`; all in `words`."""

    verb: str
    mathml: str
    words: str
    terms: tuple[Term, ...]


def stated(experiment: Experiment) -> Formulation:
    """What an experiment solves: the misfit by its noise, the operator, priors with their weights, constraints."""
    return _Sentence(experiment).formulation()


class _Sentence:
    """The sentence while it is made: terms of the sum, constraints, what explains letters, and their words."""

    def __init__(self, experiment: Experiment) -> None:
        self._of, self._pieces = experiment, Pieces()
        self._terms: list[Term] = []
        self._sum: list[str] = []
        self._within: list[str] = []
        self._where: list[str] = []
        self._said: list[str] = []
        self._letters: list[str] = []

    def formulation(self) -> Formulation:
        of = self._of
        direct = isinstance(of.parametrisation, Direct)
        verb = _verb(of, "x" if direct else "u")
        if of.algorithm.random or of.algorithm.minimises:
            self._noise()
            self._prior("prior", of.prior)
        else:
            self._model()
        if not direct:
            clause = self._member("parametrisation", of.parametrisation, first_clause(of.parametrisation.formula))
            self._where.append(clause)
            self._said.append(f"for pictures x made by {_told(of.parametrisation)}")
        parts = [" + ".join(self._sum)]
        parts += [r"\text{ where }" + r",\; ".join(self._within)] * bool(self._within)
        parts += [r"\text{ with }" + r",\; ".join(dict.fromkeys(self._where))] * bool(self._where)
        parts.append(r"\text{ by }" + self._member("algorithm", of.algorithm, _upright(of.algorithm)))
        said = " ".join(self._said)
        words = f"{verb} {said}, by {_told(of.algorithm)}."
        return Formulation(verb, self._pieces.mathml(r"\;\, ".join(parts)), words, tuple(self._terms))

    def _model(self) -> None:
        """What a method knows that goes down no objective: how data are made, and the prior where it asks for one."""
        of = self._of
        noise = self._member("noise", of.noise, _upright(of.noise))
        operator, data = self._operator_and_data()
        made = rf"{operator} x" if of.operator.linear else f"{operator}(x)"
        self._sum.append(rf"{data} \approx {made} \text{{ with noise }} {noise}")
        self._said.append(f"the data y, A x with noise of {_told(of.noise)}, A the {_told(of.operator)}")
        if of.algorithm.needs.prior:
            self._sum[-1] += rf"\text{{ and }} {self._member('prior', of.prior, _upright(of.prior))}"
            self._said.append(f"and the prior {_told(of.prior)}")

    def _operator_and_data(self) -> tuple[str, str]:
        """A and y, each the term of its control."""
        operator = self._member("operator", self._of.operator, "A")
        known = "made from the signal" if self._of.truth is not None else "measured"
        return operator, self._pieces.mark(self._add(Term("truth", "y, the data", known)), "y")

    def _noise(self) -> None:
        of, clauses = self._of, of_noise(self._of.noise.formula)
        place = self._add(_of_member("noise", of.noise))
        operator, data = self._operator_and_data()
        entry, whole = (f"({operator} x)_", f"{operator} x") if of.operator.linear else (f"{operator}(x)_",) * 2
        whole = whole.removesuffix("_")

        def of_data(tex: str) -> str:
            return marked(tex.replace(f"{_CLEAN}_", entry).replace(_CLEAN, whole), "y", data, entries=True)

        term, where = self._lettered("noise", of.noise, clauses)
        self._sum.append(self._pieces.mark(place, of_data(term)))
        self._where += map(of_data, where)
        self._said.append(f"the misfit of {_told(of.noise)} between A x, A the {_told(of.operator)}, and the data y,")

    def _prior(self, path: str, prior: Prior) -> None:
        for place, each in _leaves(path, prior):
            term, where = self._summand(place, each)
            self._where += where
            if term:
                constraint = bool(of_prior(each.formula).constraint)
                (self._within if constraint else self._sum).append(term)
                self._said.append(f"{'within' if constraint else 'plus'} {_told(each)}")

    def _summand(self, path: str, prior: Prior) -> tuple[str, list[str]]:
        """The term of a prior that is no sum, or its constraint, and what explains it; nothing where it is 0."""
        clauses = of_prior(prior.formula)
        if clauses.term == "0":
            return "", []
        place = self._add(_of_member(path, prior))
        term, where = self._lettered(path, prior, clauses)
        return self._pieces.mark(place, term), where

    def _lettered(self, path: str, member: Any, clauses: Clauses) -> tuple[str, list[str]]:
        """Term and explanations with the letters of arguments as terms of their own; a prior in a prior is one."""
        texts = [clauses.term or clauses.constraint, *clauses.where]
        nested: list[str] = []
        for parameter in parameters(type(member)):
            symbol, value = letter(parameter.name, clauses), getattr(member, parameter.name)
            if not any(marked(text, symbol, "") != text for text in texts):
                continue
            place, drawn = f"{path}.{parameter.name}", symbol
            if isinstance(value, Prior):
                number, drawn = self._add(_of_member(place, value)), self._own(symbol)
                nested += self._nested(place, value, drawn)
            else:
                number = self._add(Term(place, f"{pretty(parameter.name)} {_short(value)}", parameter.meaning))
            mark = self._pieces.mark(number, drawn)
            texts = [marked(text, symbol, mark) for text in texts]
        return texts[0], [*texts[1:], *nested]

    def _own(self, symbol: str) -> str:
        """The letter of a prior in a prior, with as many primes as tell it from those before."""
        primes, (head, bar, tail) = self._letters.count(symbol), symbol.partition("_")
        self._letters.append(symbol)
        return head + "'" * primes + bar + tail

    def _nested(self, path: str, prior: Prior, symbol: str) -> list[str]:
        """What the prior in a prior is: h(x) = ..."""
        terms, within, where = [], [], []
        for place, each in _leaves(path, prior):
            term, told = self._summand(place, each)
            (within if of_prior(each.formula).constraint else terms).append(term)
            where += told
        said = [r"\text{ where } " + r",\; ".join(within)] * bool(within)
        return [" ".join([f"{symbol}(x) = {' + '.join(filter(None, terms)) or '0'}", *said]), *where]

    def _member(self, path: str, member: Any, tex: str) -> str:
        return self._pieces.mark(self._add(_of_member(path, member)), tex)

    def _add(self, term: Term) -> int:
        self._terms.append(term)
        return len(self._terms) - 1


def _leaves(path: str, prior: Prior) -> Iterator[tuple[str, Prior]]:
    """The priors that a sum of sums is of, with their paths; a prior that is no sum is the only one."""
    summands = prior.summands()
    for name, each in summands.items():
        yield from _leaves(f"{path}.{name}", each)
    if not summands:
        yield path, prior


def _of_member(path: str, member: Any) -> Term:
    return Term(path, f"{path.partition('.')[0]}: {_told(member)}", summary(type(member)))


def _verb(experiment: Experiment, unknown: str) -> str:
    method = experiment.algorithm
    if method.random:
        return f"Draw {unknown} with −log density"
    if method.minimises:
        return f"Minimise over {unknown}"
    return f"Find {unknown} from"


def _told(member: Any) -> str:
    """A member with the numbers and words that its formula has, and its prior: GaussianBlur of width 2."""
    each = [(p.name, getattr(member, p.name)) for p in parameters(type(member))]
    each.sort(key=lambda pair: isinstance(pair[1], Prior))  # what has numbers of its own comes last
    said = [f"{pretty(name)} {_said_of(value)}" for name, value in each if _is_said(member.formula, name, value)]
    return type(member).__name__ + (f" of {' and '.join(said)}" if said else "")


def _is_said(formula: str, name: str, value: Any) -> bool:
    if isinstance(value, str):
        return bool(value) and as_tex(value) in formula
    return isinstance(value, (float, Prior)) and mentions(formula, name)


def _said_of(value: Any) -> str:
    if isinstance(value, Prior):
        return " plus ".join(_told(each) for _, each in _leaves("", value))
    return _short(value)


def _short(value: Any) -> str:
    text = f"{value:.{_DIGITS}g}" if isinstance(value, float) else as_text(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _upright(member: Any) -> str:
    return rf"\text{{{type(member).__name__}}}"
