#!/usr/bin/env bash
# One expects: of an enhanced (multi-frame) DICOM object, whose frames have slopes and intercepts of their own in the functional
#   groups, readers that rescale give each frame its own: SimpleITK, which always rescales, and pydicom's apply_modality_lut,
#   which is there for that.
# What happens: SimpleITK gives all frames the scale of the one that is stored first: frames of the activity 500, 300 and 200 come
#   as 500, 500, 500. pydicom looks for a slope at the top of the file only, finds none, and returns the stored numbers, as if they
#   were values already. Neither warns or raises. Where all frames have the same scale SimpleITK is right, and pydicom is not.
#   highdicom, which makes the file here out of single slices, reads all of them rightly.
# Whom it hurts: PET, whose frames are scaled one by one so that each fills its 16 bits, quantitative MR of
#   scanners that scale by slice or echo, CT converted to enhanced objects: time-activity curves and maps of relaxation are then
#   curves of the scaling, Hounsfield units lack their -1024, and a reconstruction is compared with numbers of no unit. The same
#   frames as single files are read rightly by both, and so the code has passed its tests.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pydicom==3.0.2' 'SimpleITK==2.5.7' 'highdicom==0.28.2' 'numpy==2.4.6'
"$folder/venv/bin/python" -W ignore - "$folder" <<'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path

import highdicom
import numpy as np
import SimpleITK as sitk
from highdicom import legacy
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels import apply_modality_lut
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, MRImageStorage, PositronEmissionTomographyImageStorage, generate_uid

print("pydicom", version("pydicom"), "SimpleITK", sitk.Version.VersionString(), "highdicom", version("highdicom"))
folder = Path(sys.argv[1])
study, series, place = (generate_uid() for _ in range(3))


def single(kind, modality, k, slope, intercept):
    """A slice that holds 100 everywhere, as a file of its own."""
    made, made.file_meta = Dataset(), FileMetaDataset()
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = kind
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.StudyInstanceUID, made.SeriesInstanceUID, made.FrameOfReferenceUID = study, series, place
    made.PatientName, made.PatientID, made.PatientSex, made.PatientBirthDate = "Phantom", "1", "O", ""
    made.StudyID, made.AccessionNumber, made.ReferringPhysicianName, made.Manufacturer = "1", "1", "", ""
    made.Modality, made.SeriesNumber, made.InstanceNumber, made.PositionReferenceIndicator = modality, 1, k + 1, ""
    for name in ("Study", "Content", "Acquisition", "InstanceCreation"):
        setattr(made, f"{name}Date", "20260101")
        setattr(made, f"{name}Time", "000000")
    made.ImageType, made.Rows, made.Columns = ["ORIGINAL", "PRIMARY", "AXIAL"], 4, 4
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 16, 16, 15, 1
    made.PixelSpacing, made.SliceThickness, made.WindowCenter, made.WindowWidth = [1, 1], 1, 100, 200
    made.ImagePositionPatient, made.ImageOrientationPatient = [0, 0, k], [1, 0, 0, 0, 1, 0]
    made.RescaleSlope, made.RescaleIntercept, made.RescaleType = slope, intercept, "US"
    made.add_new("PixelData", "OW", np.full((4, 4), 100, "<i2").tobytes())
    made.save_as(folder / f"{k}.dcm", enforce_file_format=True)
    return str(folder / f"{k}.dcm")


def by_pydicom(path):
    file = dcmread(path)
    return apply_modality_lut(file.pixel_array, file).reshape(-1, 4, 4)[:, 0, 0].tolist()


def by_itk(path):
    return sitk.GetArrayFromImage(sitk.ReadImage(path)).reshape(-1, 4, 4)[:, 0, 0].tolist()


kinds = (
    (PositronEmissionTomographyImageStorage, "PT", legacy.LegacyConvertedEnhancedPETImage),
    (MRImageStorage, "MR", legacy.LegacyConvertedEnhancedMRImage),
    (CTImageStorage, "CT", legacy.LegacyConvertedEnhancedCTImage),
)
still = True
for kind, modality, enhanced in kinds:
    for scales in (((2, 0), (3, 0), (5, 0)), ((1, -1024),) * 3):
        true = [100 * slope + intercept for slope, intercept in scales]
        singles = [single(kind, modality, k, *scale) for k, scale in enumerate(scales)]
        apart = [by_pydicom(p)[0] for p in singles], [by_itk(p)[0] for p in singles]
        path = str(folder / "enhanced.dcm")
        uids = {"series_instance_uid": generate_uid(), "sop_instance_uid": generate_uid()}
        enhanced([dcmread(p) for p in singles], series_number=2, instance_number=1, **uids).save_as(path)
        true.sort(reverse=True)  # highdicom stores the last slice first
        high = highdicom.imread(path).get_frames(apply_real_world_transform=False)[:, 0, 0].tolist()
        dicom, itk = by_pydicom(path), by_itk(path)
        print(f"{modality} as single files: pydicom {apart[0]}  SimpleITK {apart[1]}")
        print(f"   as one file, true {true}: pydicom {dicom}  SimpleITK {itk}  highdicom {high}")
        still &= all(sorted(a, reverse=True) == true for a in apart) and high == true
        still &= dicom == [100] * 3 and itk == [true[0]] * 3
sys.exit(0 if still else 1)
PYTHON
