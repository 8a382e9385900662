"""Unpacks libtensorflow and its headers from a TensorFlow wheel: unpack-wheel.py WHEEL FOLDER.

Prints `done total` in bytes as it goes. The rest of the wheel, Python code, stays packed.
"""
import os
import shutil
import sys
import zipfile

LIBRARIES = ("tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2")
HEADERS = "tensorflow/include/"
NAMES_FOR_THE_LINKER = {
    "libtensorflow.so": "libtensorflow_cc.so.2",
    "libtensorflow_framework.so": "libtensorflow_framework.so.2",
}


def target_of(name):
    """Path inside the folder, or None for what is not needed."""
    if name in LIBRARIES:
        return os.path.join("lib", os.path.basename(name))
    if name.startswith(HEADERS) and not name.endswith("/"):
        return os.path.join("include", *name[len(HEADERS):].split("/"))
    return None


def main(wheel, folder):
    with zipfile.ZipFile(wheel) as archive:
        members = [(entry, target_of(entry.filename)) for entry in archive.infolist()]
        members = [(entry, target) for entry, target in members if target is not None]
        missing = set(LIBRARIES) - {entry.filename for entry, _ in members}
        if missing:
            sys.exit("error: the wheel has no " + ", ".join(sorted(missing)))
        total = sum(entry.file_size for entry, _ in members)
        done = told = 0
        for entry, target in members:
            path = os.path.join(folder, target)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with archive.open(entry) as source, open(path, "wb") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
            done += entry.file_size
            if done - told > 16e6 or done == total:
                told = done
                print(done, total, flush=True)
    for link, library in NAMES_FOR_THE_LINKER.items():
        os.symlink(library, os.path.join(folder, "lib", link))


main(*sys.argv[1:])
