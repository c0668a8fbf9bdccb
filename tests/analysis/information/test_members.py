"""Estimators, filters, resolutions and tasks as members of the catalogue."""

import pytest

from workbench import analysis, catalog
from workbench.analysis import information
from workbench.parameters import as_code, describe, parameters, rebuild

KINDS = [kind for kind, package in catalog.BESIDES.items() if package.startswith("analysis.information")]
MEMBERS = [cls for kind in KINDS for cls in catalog.members(kind).values()]


def test_the_catalogue_knows_them():
    names = {kind: set(catalog.members(kind)) for kind in KINDS}
    assert {"Bins", "KDEUpper", "Exact", "KSG", "InfoNCE", "MINE", "Sliced", "PCA"} <= names["estimator"]
    assert {"LandweberFilter", "WienerFilter"} <= names["filter"] and {"FixedTau", "RelativeTau"} == names["resolution"]
    assert not set(catalog.KINDS) & set(catalog.BESIDES)


@pytest.mark.parametrize("cls", MEMBERS, ids=lambda cls: cls.__name__)
def test_a_member_is_its_description_and_explains_its_parameters(cls):
    member = cls()
    assert rebuild(describe(member)) == member and eval(as_code(member), {"analysis": analysis}) == member
    for p in parameters(cls):
        assert p.meaning and (p.range or bool in p.kinds or p.choices or p.name == "estimator")


def test_the_room_of_information_is_opened_when_it_is_asked_for():
    assert analysis.__getattr__("information") is information
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        analysis.__getattr__("nothing")
