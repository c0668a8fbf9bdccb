"""Where slices of DICOM lie: folders in any order of names, frames in any order of positions, pixels with a size."""

import numpy as np
import pytest

from workbench import data
from workbench.refusal import Refusal

pydicom = pytest.importorskip("pydicom")
VOLUME = np.random.default_rng(0).integers(0, 4000, (5, 8, 9)).astype("u2")
PLACES = [-7.5, -5.0, -2.5, 0.0, 2.5]


def item(**values):
    made = pydicom.Dataset()
    for name, value in values.items():
        setattr(made, name, value)
    return pydicom.Sequence([made])


def write(path, stored: np.ndarray, **tags) -> None:
    meta = pydicom.dataset.FileMetaDataset()
    meta.MediaStorageSOPClassUID = pydicom.uid.CTImageStorage
    meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid(entropy_srcs=[path.name])
    meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    made = pydicom.dataset.FileDataset(str(path), {}, file_meta=meta, preamble=bytes(128))
    usual = {"Modality": "CT", "PhotometricInterpretation": "MONOCHROME2", "SamplesPerPixel": 1, "BitsAllocated": 16}
    usual |= {"BitsStored": 16, "HighBit": 15, "PixelRepresentation": 0, "SeriesInstanceUID": "1.2.3"}
    usual |= {"Rows": stored.shape[-2], "Columns": stored.shape[-1]}
    for name, value in (usual | tags).items():
        setattr(made, name, value)
    made.PixelData = stored.tobytes()
    made.save_as(path, enforce_file_format=True)


def plane(k: int, **tags):
    """Tags of slice k, which has a slope of its own."""
    where = {"ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "ImagePositionPatient": [3, 4, PLACES[k]]}
    return where | {"RescaleSlope": k + 1, "RescaleIntercept": -1000, "PixelSpacing": [0.5, 0.75]} | tags


HU = VOLUME * np.arange(1.0, 6)[:, None, None] - 1000


def test_a_folder_is_a_volume_in_the_order_of_positions(tmp_path):
    for name, k in zip("dbaec", range(5), strict=True):
        write(tmp_path / name, VOLUME[k], **plane(k))
    (tmp_path / "notes.txt").write_text("not a slice")
    loaded = data.load_array(tmp_path)
    np.testing.assert_array_equal(loaded.tensor.numpy(), HU)
    assert loaded.units == "HU" and "its slices are 2.5 mm apart" in loaded.notes
    assert "its pixels are 0.5 x 0.75 mm (y, x)" in loaded.notes
    np.testing.assert_array_equal(data.load_array(tmp_path, "[3]").tensor.numpy(), HU[3])
    np.testing.assert_array_equal(data.load_array(tmp_path, "[:, 2]").tensor.numpy(), HU[:, 2])
    (tmp_path / "a").unlink()
    assert "2.5 to 5 mm apart: some may be missing" in "; ".join(data.load_array(tmp_path).notes)


def test_what_a_folder_may_not_hold_at_once(tmp_path):
    for k in range(3):
        write(tmp_path / str(k), VOLUME[k], **plane(k))
    write(tmp_path / "again", VOLUME[4], **plane(1))
    with pytest.raises(Refusal, match="with several at one"):
        data.load_array(tmp_path)
    write(tmp_path / "again", VOLUME[4], **plane(4, SeriesInstanceUID="1.2.4", SeriesNumber=7, SeriesDescription="T/2"))
    found = {content.name: content.shape for content in data.contents(tmp_path)[1]}
    assert found == {"series": (3, 8, 9), "7 T 2": (1, 8, 9)}
    write(tmp_path / "again", VOLUME[4, :4], **plane(4))
    with pytest.raises(Refusal, match="grey slices of one size"):
        data.load_array(tmp_path)


def test_without_positions_numbers_tell_the_order(tmp_path):
    for k in range(3):
        tags = {name: value for name, value in plane(k).items() if "Image" not in name}
        write(tmp_path / "cab"[k], VOLUME[k], InstanceNumber=k + 9, **tags)
    np.testing.assert_array_equal(data.load_array(tmp_path).tensor.numpy(), HU[:3])


def test_frames_of_an_enhanced_file_in_the_order_of_their_positions(tmp_path):
    def groups(order):
        frames = []
        for k in order:
            frame = pydicom.Dataset()
            frame.PlanePositionSequence = item(ImagePositionPatient=[3, 4, PLACES[k]])
            frame.PlaneOrientationSequence = item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
            told = item(RescaleSlope=k + 1, RescaleIntercept=-1000, RescaleType="HU")
            frame.PixelValueTransformationSequence = told
            frames.append(frame)
        return {"NumberOfFrames": len(frames), "PerFrameFunctionalGroupsSequence": pydicom.Sequence(frames)}

    for order, wanted in (
        ([0, 2, 4, 1, 3], [0, 1, 2, 3, 4]),
        ([4, 3, 2, 1, 0], [4, 3, 2, 1, 0]),
        ([1, 1, 0], [1, 1, 0]),
    ):
        write(tmp_path / "a.dcm", VOLUME[order], **groups(order))
        loaded = data.load_array(tmp_path / "a.dcm")
        np.testing.assert_array_equal(loaded.tensor.numpy(), HU[wanted])
        np.testing.assert_array_equal(data.load_array(tmp_path / "a.dcm", "[1]").tensor.numpy(), HU[wanted[1]])
        assert any("order of" in note for note in loaded.notes) == (order != [4, 3, 2, 1, 0])


def test_bits_at_the_upper_end_are_not_read_as_if_they_were_below(tmp_path):
    write(tmp_path / "a.dcm", VOLUME[0] << 4, BitsStored=12, HighBit=15)
    with pytest.raises(Refusal, match="bits 4 to 15 of a word"):
        data.load_array(tmp_path / "a.dcm")
