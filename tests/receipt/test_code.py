"""Which code a run is made of."""

import sys

import pytest

from fourbeat.receipt.code import own_modules


@pytest.mark.parametrize(("name", "own"), [("helper", True), ("__mp_main__", False)])
def test_the_modules_of_a_folder(tmp_path, monkeypatch, name, own):
    """`multiprocessing` has the script itself under a second name."""
    place = tmp_path / "helper.py"
    place.write_text("")
    module = type(sys)(name)
    module.__file__ = str(place)
    monkeypatch.setitem(sys.modules, name, module)
    assert (name in own_modules(tmp_path)) is own
