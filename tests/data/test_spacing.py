"""How large pixels are is said, whichever way a file tells it: NIfTI, ImageJ, OME, resolution tags, OME-Zarr."""

import numpy as np
import pytest

from workbench import data

A = np.arange(2 * 3 * 8 * 9, dtype=np.uint16).reshape(2, 3, 8, 9)


def said(path, variable: str = "") -> str:
    return "; ".join(data.load_array(path, variable).notes)


def test_nifti_in_its_own_units_along_the_axes_of_the_body(tmp_path):
    nibabel = pytest.importorskip("nibabel")
    turned = np.array([[0, 0, 3.0, 0], [1, 0, 0, 0], [0, 2, 0, 0], [0, 0, 0, 1]])  # stored as y, z, x
    image = nibabel.Nifti1Image(np.zeros((4, 5, 6, 7), np.int16), turned)
    image.header.set_xyzt_units("micron", "msec")
    image.header.set_zooms((1, 2, 3, 40))
    nibabel.save(image, tmp_path / "a.nii")
    assert "its voxels are 3 x 1 x 2 micron (x, y, z); its steps of t are 40 msec" in said(tmp_path / "a.nii")


def test_tiff_of_imagej_ome_and_centimetres(tmp_path):
    tifffile = pytest.importorskip("tifffile")
    told = {"axes": "TZYX", "spacing": 2.5, "unit": "um"}
    tifffile.imwrite(tmp_path / "a.tif", A, imagej=True, metadata=told, resolution=(4, 2))
    assert "its pixels are 2.5 x 0.5 x 0.25 um (z, y, x)" in said(tmp_path / "a.tif")
    told = {"axes": "TZYX", "PhysicalSizeX": 0.1, "PhysicalSizeY": 0.2, "PhysicalSizeYUnit": "nm"}
    tifffile.imwrite(tmp_path / "b.tif", A, ome=True, metadata=told)
    assert "its pixels are 0.2 nm x 0.1 µm (y, x)" in said(tmp_path / "b.tif")
    tifffile.imwrite(tmp_path / "c.tif", A[0, 0], resolution=(100, 50), resolutionunit="CENTIMETER")
    assert "its pixels are 0.2 x 0.1 mm (y, x)" in said(tmp_path / "c.tif")
    tifffile.imwrite(tmp_path / "d.tif", A[0, 0], resolution=(72, 72), resolutionunit="INCH")
    assert "its pixels" not in said(tmp_path / "d.tif")  # dots of a printer


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_levels_of_ome_zarr(tmp_path, version):
    zarr = pytest.importorskip("zarr")
    root = zarr.open_group(tmp_path / "a.zarr", mode="w", zarr_format=2 if version == "0.4" else 3)
    root.create_array("0", data=A[0])
    root.create_array("1", data=A[0, :, ::2, ::2])
    axes = [{"name": name, "type": "space", "unit": "micrometer"} for name in "zyx"]
    levels = [
        {"path": str(k), "coordinateTransformations": [{"type": "scale", "scale": [2, 0.5 * 2**k, 0.5 * 2**k]}]}
        for k in range(2)
    ]
    whole = [{"type": "scale", "scale": [1, 10, 10]}]
    image = {"version": version, "axes": axes, "datasets": levels, "coordinateTransformations": whole}
    root.attrs.update({"multiscales": [image]} if version == "0.4" else {"ome": {"multiscales": [image]}})
    assert "its steps are 2 micrometer (z), 5 micrometer (y), 5 micrometer (x)" in said(tmp_path / "a.zarr")
    assert "10 micrometer (y)" in said(tmp_path / "a.zarr", "1")
