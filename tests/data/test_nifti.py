"""NIfTI in every orientation: nibabel's canonical order, an independent road, says where each voxel belongs."""

import itertools

import numpy as np
import pytest

from tests.data.conftest import opened
from workbench import data
from workbench.refusal import Refusal

nibabel = pytest.importorskip("nibabel")
from nibabel.orientations import apply_orientation, axcodes2ornt, inv_ornt_aff, io_orientation, ornt_transform  # noqa: E402

HEAD = np.random.default_rng(0).integers(0, 1000, (10, 14, 12)).astype(np.int16)  # x to the right, y front, z up
FACES_UP = HEAD.T[:, ::-1, :]
CODES = ["".join(c) for p in itertools.permutations(["RL", "AP", "SI"]) for c in itertools.product(*p)]


def written(path, codes: str = "RAS", head: np.ndarray = HEAD, affine=None, **codes_of):
    """HEAD stored along other axes, with the affine that says so."""
    affine = np.eye(4) if affine is None else affine
    turn = ornt_transform(io_orientation(np.eye(4)), axcodes2ornt(codes))
    image = nibabel.Nifti1Image(apply_orientation(head, turn), affine @ inv_ornt_aff(turn, head.shape[:3]))
    lies = image.affine.copy()  # set_sform writes into it
    for name, code in codes_of.items():
        getattr(image, f"set_{name}")(lies if code else None, code)
    nibabel.save(image, path)
    return path


@pytest.mark.parametrize("codes", CODES)
def test_all_48_orientations_give_the_same_slice(tmp_path, codes):
    path = written(tmp_path / "x.nii", codes)
    loaded = opened(path, FACES_UP[5], "[5]")
    opened(path, FACES_UP[:, 4], "[:, 4]")
    opened(path, FACES_UP[:, :, 3], "[:, :, 3]")
    assert "the axes are (z, y, x)" in loaded.notes[0]
    assert any(codes in note for note in loaded.notes) == (codes != "RAS")


@pytest.mark.parametrize("codes", ["RAS", "LPS", "PIR"])
@pytest.mark.parametrize(("sform", "qform"), [(1, 0), (0, 1), (1, 1), (2, 4)])
def test_either_form_tells(tmp_path, codes, sform, qform):
    opened(written(tmp_path / "x.nii", codes, sform=sform, qform=qform), FACES_UP[5], "[5]")


def test_forms_that_disagree_and_none_at_all(tmp_path, said):
    image = nibabel.Nifti1Image(HEAD, np.eye(4))
    image.set_sform(np.diag([-1, 1, 1, 1]), 1)
    image.set_qform(np.eye(4), 1)
    nibabel.save(image, tmp_path / "x.nii")
    opened(tmp_path / "x.nii", FACES_UP[5][:, ::-1], "[5]")
    assert "the sform is taken" in said(tmp_path / "x.nii", "[5]")
    nibabel.save(nibabel.Nifti1Image(HEAD, None), tmp_path / "y.nii")
    opened(tmp_path / "y.nii", FACES_UP[5], "[5]")
    assert "does not say how it lies" in said(tmp_path / "y.nii", "[5]")


@pytest.mark.parametrize("degrees", [0.1, 12, 40])
def test_oblique_axes_are_named_after_the_nearest_and_said(tmp_path, degrees, said):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turned = np.array([[c, -s, 0, 5], [s, c, 0, 6], [0, 0, 1, 7], [0, 0, 0, 1]]) @ np.diag([2, 3, 4, 1])
    for codes in ("RAS", "LPS"):
        path = written(tmp_path / "x.nii", codes, affine=turned)
        opened(path, FACES_UP[5], "[5]")
        assert (f"oblique by up to {degrees:.1f} degrees" in said(path, "[5]")) == (degrees > 1)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_slices_are_never_colours(tmp_path, count):
    path = written(tmp_path / "x.nii", head=HEAD[:, :, :count])
    if count == 1:
        opened(path, FACES_UP[0])
        return
    with pytest.raises(Refusal, match=r'such as variable="\[\d\]", of its axes \(z, y, x\)'):
        data.load(path)
    opened(path, FACES_UP[count - 1], f"[{count - 1}]")


@pytest.mark.parametrize("behind", [(12, 1), (12, 1, 1), (12, 3), (1, 3), (12, 2, 3)])
def test_advice_leads_to_a_picture_at_once(tmp_path, behind):
    volume = np.random.default_rng(1).integers(0, 99, (10, 14, *behind)).astype(np.int16)
    nibabel.save(nibabel.Nifti1Image(volume, np.eye(4)), tmp_path / "x.nii")
    with pytest.raises(Refusal) as caught:
        data.load(tmp_path / "x.nii")
    advised = str(caught.value).partition('variable="')[2].partition('"')[0]
    index = tuple(map(int, advised.strip("[]").split(",")))
    wanted = np.squeeze(volume.T)[..., ::-1, :][index]
    opened(tmp_path / "x.nii", wanted, advised)


@pytest.mark.parametrize(("codes", "axis"), [("RAS", 0), ("PIR", 0), ("RAS", 1), ("LSA", 1)])
def test_one_sagittal_or_coronal_slice_has_its_head_up(tmp_path, codes, axis, said):
    head = HEAD[4:5] if axis == 0 else HEAD[:, 6:7]
    path = written(tmp_path / "x.nii", codes, head)
    opened(path, HEAD[4].T[::-1, ::-1] if axis == 0 else HEAD[:, 6].T[::-1])
    assert f"the axes are (z, {'y' if axis == 0 else 'x'})" in said(path)
    assert "rows from the largest z" in said(path)


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", ">i2", "u4", "i4", "f4", ">f8", "c8"])
def test_every_type_and_slope(tmp_path, dtype, said):
    values = (HEAD % 100).astype(dtype)
    image = nibabel.Nifti1Image(values, np.eye(4))
    wanted = values.T[:, ::-1][5]
    if np.dtype(dtype).kind in "iu":
        image.header.set_slope_inter(0.5, -7)
        wanted = 0.5 * wanted - 7
        # Written as stored numbers: nibabel would take the slope off the values that it is given.
        image.header["scl_slope"], image.header["scl_inter"] = 0.5, -7
    nibabel.save(image, tmp_path / "x.nii")
    if np.dtype(dtype).kind in "iu":
        content = bytearray((tmp_path / "x.nii").read_bytes())
        header = nibabel.load(tmp_path / "x.nii").header
        content[112:120] = np.array([0.5, -7], header["scl_slope"].dtype).tobytes()
        content[352:] = np.asarray(values, header.get_data_dtype()).T.tobytes()
        (tmp_path / "x.nii").write_bytes(bytes(content))
        assert "rescaled by slope 0.5 and intercept -7" in said(tmp_path / "x.nii", "[5]")
    opened(tmp_path / "x.nii", wanted, "[5]")


def test_colours_of_a_volume(tmp_path):
    pixels = np.zeros(HEAD.shape, [("R", "u1"), ("G", "u1"), ("B", "u1")])
    for k, name in enumerate("RGB"):
        pixels[name] = (HEAD + 30 * k) % 256
    nibabel.save(nibabel.Nifti1Image(pixels, np.eye(4)), tmp_path / "x.nii")
    opened(tmp_path / "x.nii", np.stack([(FACES_UP[5] + 30 * k) % 256 for k in range(3)]), "[5]")


def test_the_display_range_is_suggested_and_nan_is_refused(tmp_path, said):
    values = HEAD.astype(np.float32) + 7
    for k in range(2):
        image = nibabel.Nifti1Image(values, np.eye(4))
        image.header["cal_min"], image.header["cal_max"] = 100, 700
        nibabel.save(image, tmp_path / f"{k}.nii")
        values[2:4, 3, 5] = np.nan
    assert "the file suggests window=(100, 700)" in said(tmp_path / "0.nii", "[5]")
    with pytest.raises(Refusal, match="2 of 140 NaN or infinite"):
        data.load(tmp_path / "1.nii", "[5]")


def test_whole_numbers_of_64_bits_are_said_where_double_precision_rounds_them(tmp_path):
    """2^53 + 1 became 2^53 in the reader, before anything was there to compare it with."""
    large = np.full((5, 4, 1), 2**53 + 1, dtype=np.int64)
    large[0] = 7
    nibabel.save(nibabel.Nifti1Image(large, np.eye(4), dtype=np.int64), tmp_path / "x.nii")
    assert (
        "int64 as float64, 16 of 20 values rounded to 53 bits" in data.Measured(str(tmp_path / "x.nii")).loaded().notes
    )
